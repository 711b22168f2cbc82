"""The base model's recipe: its model is Llama, its stream is valid SQL, and a climbing loss is set back."""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

import pytest
import sqlglot
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from sqlwright.prompt import SPECIAL_TOKENS

RECIPE = Path(__file__).parents[2] / "recipes" / "base"
sys.path.insert(0, str(RECIPE))

from blueprints import Blueprints, read  # noqa: E402
from invent import Inventor  # noqa: E402
from mix import Encoder, Source  # noqa: E402
from model import Model, Shape, export_state, import_state, llama_config  # noqa: E402
from rename import Public  # noqa: E402
from train import LENGTHS, TOKENS, Guard, batches, rate, save  # noqa: E402

SHAPE = Shape(vocab=8192, hidden=64, layers=2, heads=4, kv_heads=2, ffn=96)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder as `prepare.py` writes it, with two invented questions."""
    folder = tmp_path_factory.mktemp("prepared")
    schema = {
        "db_id": "zoo",
        "tables": [
            {
                "name": "keeper",
                "columns": [["keeper_id", "number"], ["Name", "text"], ["from", "time"]],
                "primary_key": ["keeper_id"],
                "foreign_keys": [],
            },
            {
                "name": "animal",
                "columns": [["animal_id", "number"], ["species", "text"], ["keeper_id", "number"]],
                "primary_key": ["animal_id"],
                "foreign_keys": [[["keeper_id"], "keeper", ["keeper_id"]]],
            },
        ],
    }
    pairs = [
        {
            "id": "1",
            "db_id": "zoo",
            "question": "What are the names of keepers of the species 'lion'?",
            "sql": "SELECT keeper.Name FROM keeper JOIN animal ON keeper.keeper_id = animal.keeper_id "
            "WHERE animal.species = 'lion'",
        },
        {"id": "2", "db_id": "zoo", "question": "How many animals are there?", "sql": "SELECT COUNT(*) FROM animal"},
    ]
    for name, value in (
        ("schemas.json", [schema]),
        ("pairs.json", pairs),
        ("values.json", {"zoo": [["animal", "species", ["lion", "zebra"]]]}),
    ):
        (folder / name).write_text(json.dumps(value), encoding="utf-8")
    (folder / "words.txt").write_text("apple\nriver\nstone\nlamp\ncloud", encoding="utf-8")
    return folder


def test_the_exported_model_is_llama(tmp_path: Path) -> None:
    torch.manual_seed(0)
    model = Model(SHAPE)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_((parameter + 0.01 * torch.randn_like(parameter)).bfloat16().float())
    save(model, SHAPE, tmp_path, RECIPE / "tokenizer.json")
    assert LlamaConfig(**llama_config(SHAPE, pad=0, end=1)).num_key_value_heads == 2
    llama = LlamaForCausalLM.from_pretrained(tmp_path, dtype=torch.float32)
    ids = torch.randint(0, SHAPE.vocab, (3, 17))
    ours = torch.nn.functional.linear(model.hidden(ids), model.embedding.weight)
    assert torch.allclose(ours, llama(ids).logits.reshape(ours.shape), atol=1e-4)

    again = Model(SHAPE)
    import_state(again, export_state(model))
    assert torch.equal(again.hidden(ids), model.hidden(ids))


def test_a_loss_counts_the_given_positions_alone() -> None:
    torch.manual_seed(0)
    model = Model(SHAPE)
    ids = torch.randint(0, SHAPE.vocab, (2, 10))
    loss = model.loss(ids, torch.tensor([4, 5, 13]))
    other = ids.clone()
    other[0, 6:] = 7  # after the last counted position of the first row
    assert torch.allclose(loss, model.loss(other, torch.tensor([4, 5, 13])))
    other[0, 5] = 7
    assert not torch.allclose(loss, model.loss(other, torch.tensor([4, 5, 13])))


def test_every_source_gives_valid_sql_over_its_schema(prepared: Path) -> None:
    for source in ("invented", "domains", "public_schema", "renamed", "plain"):
        settings = {"sources": {source: 1.0}, "group": 4, "chinese": 0.5, "drop_links": 0.1, "unindexed": 0.2}
        stream = Source(settings, prepared, seed=3).texts()
        for _ in range(40):
            prefix, suffix, completion = next(stream)
            dialect = prefix.removeprefix("<|schema|> ").split()[0]
            assert suffix.startswith("<|question|> ")
            assert suffix.endswith("<|sql|>")
            sql = completion.removesuffix("<|end|>")
            assert sqlglot.parse_one(sql, dialect=dialect).find(sqlglot.exp.Select), sql


def test_renaming_is_the_same_in_schema_question_and_sql(prepared: Path) -> None:
    public = Public(prepared, random.Random(0))
    seen = set()
    for _ in range(30):
        group = public.draw(2, rename=0.9)
        names = {t.name for t in group.schema.tables} | {c.name for t in group.schema.tables for c in t.columns}
        for question, sql in group.pairs:
            tree = sqlglot.parse_one(sql, dialect="sqlite")
            used = {t.name for t in tree.find_all(sqlglot.exp.Table)} | {
                c.name for c in tree.find_all(sqlglot.exp.Column)
            }
            assert used <= names, (question, sql)
            assert " from " not in sql
            seen.add(question)
    assert len(seen) > 10


def test_schemas_differ_and_their_keys_fit() -> None:
    inventor = Inventor(random.Random(1))
    blueprints = Blueprints(inventor)
    names = set()
    for number in range(120):
        schema, values = (inventor if number % 2 else blueprints).draw()
        for table in schema.tables:
            names.add(table.name)
            assert len({c.name.lower() for c in table.columns}) == len(table.columns)
            for key in table.foreign_keys:
                assert schema.table(key.target_table).has(key.target_columns[0])
                assert table.has(key.columns[0])
        assert all(schema.table(table).has(column) for table, column in values)
    assert len(names) > 200


def test_the_blueprints_read_and_point_to_tables_that_are_there() -> None:
    domains = read(RECIPE / "blueprints.txt")
    assert len(domains) > 20
    for domain in domains:
        here = {table.name for table in domain}
        for table in domain:
            assert table.targets <= here, table.name


def test_the_tokenizer_knows_the_special_tokens_and_loses_nothing() -> None:
    encoder = Encoder(RECIPE / "tokenizer.json")
    tokens = [encoder.tokenizer.token_to_id(token) for token in SPECIAL_TOKENS]
    assert tokens == list(range(len(SPECIAL_TOKENS)))
    text = "<|question|> 北京有多少客户？ naïve 🚀 x1<|sql|>"
    ids = encoder.tokenizer.encode(text, add_special_tokens=False).ids
    assert encoder.tokenizer.decode(ids, skip_special_tokens=False) == text
    sample, prompt = encoder(("<|schema|> a", "<|question|> b<|sql|>", " SELECT 1<|end|>"))
    assert sample[prompt:].tolist()[-1] == 1


def test_the_embedded_model_uses_the_recipes_tokenizer() -> None:
    shipped = RECIPE.parents[1] / "src" / "sqlwright" / "base" / "model" / "tokenizer.json"
    assert shipped.read_bytes() == (RECIPE / "tokenizer.json").read_bytes()


class _Fixed:
    """A stream of samples of given lengths."""

    def __init__(self, lengths: list[int]) -> None:
        import numpy as np

        self.rows = [(np.arange(1, n + 1, dtype=np.uint16), n // 2) for n in lengths]

    def samples(self):  # type: ignore[no-untyped-def]
        while True:
            yield from self.rows


def test_batches_hold_the_same_number_of_tokens() -> None:
    assert all(TOKENS % length == 0 for length in LENGTHS)
    made = batches(_Fixed([90, 100, 200, 640, 700]), tokens=1920, reuse=1, seed=0)  # type: ignore[arg-type]
    for _ in range(12):
        ids, positions = next(made)
        assert ids.numel() == 1920
        flat = ids.reshape(-1)
        assert (flat[positions] > 0).all()
        assert (flat[positions - 1] + 1 == flat[positions]).all()


def test_a_climbing_loss_is_set_back_and_the_rate_halved() -> None:
    model = Model(SHAPE)
    optimizer = torch.optim.AdamW(model.parameters())
    guard = Guard(model, optimizer)
    for _ in range(10):
        assert not guard.watch(0.5)
    good = {name: value.clone() for name, value in guard.good[0].items()}
    with torch.no_grad():
        model.norm.add_(1.0)
    assert guard.watch(0.9)
    assert guard.scale == 0.5
    assert torch.equal(model.norm, good["norm"])


def test_the_rate_rises_holds_and_falls_to_zero() -> None:
    assert rate(0.0, warmup=0.1, decay=0.5) == 0
    assert rate(0.3, warmup=0.1, decay=0.5) == 1
    assert rate(1.0, warmup=0.1, decay=0.5) == pytest.approx(0)
