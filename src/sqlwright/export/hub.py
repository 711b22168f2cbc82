"""A folder for the Hugging Face Hub: adapter or merged model, tokenizer and model card, and its upload.

fill_folder(source, card, "to-upload")
upload("to-upload", "me/shop-sql")
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from sqlwright.errors import ConfigError, EndpointError
from sqlwright.export._whole import whole_folder
from sqlwright.export.card import Card, card_text
from sqlwright.export.merging import Dtype, write_merged
from sqlwright.export.source import ADAPTER, Source, read_json

_OF_ADAPTER = ("adapter_model*.safetensors", "tokenizer*", "special_tokens_map.json", "added_tokens.json", "*.jinja")
"""What of an adapter's folder is sent; nothing else that lies there is."""


def fill_folder(
    source: Source, card: Card, out: str | Path, *, base: str = "", dtype: Dtype = "auto", force: bool = False
) -> list[str]:
    """Write exactly the folder that `upload` sends, whole or not at all, and return its files' names.

    Args:
        card: `card.merged` says whether the adapter is merged into its base; a model without one is copied.
        base: what an adapter names as its base; by default `card.base`, never a path of this machine.

    Raises:
        ConfigError, ResourceError: as `merge` does.
    """
    out = Path(out)
    with whole_folder(out, force=force) as folder:
        if source.adapter is None or card.merged:
            write_merged(source, folder, dtype=dtype)
        else:
            _copy_adapter(source.adapter, folder, base or card.base)
        (folder / "README.md").write_text(card_text(card), encoding="utf-8")
    return sorted(path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file())


def upload(folder: str | Path, repository: str, *, private: bool = True) -> str:
    """Send a folder to the Hub (HF_ENDPOINT, or huggingface.co) and return its address.

    The token is the one that `hf auth login` or HF_TOKEN set.

    Args:
        repository: "name" or "organisation/name"; made when it is not there.
        private: whether a repository that is made can be seen by its owner only.

    Raises:
        EndpointError: the Hub cannot be reached, or refuses.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]

    check_name(repository)
    api = HfApi()
    disable_progress_bars()
    try:
        made = api.create_repo(repository, private=private, exist_ok=True)
        api.upload_folder(
            repo_id=made.repo_id, folder_path=str(folder), commit_message="Model, tokenizer and card by sqlwright"
        )
    except Exception as error:  # of requests, of the Hub, of a missing token
        reason = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
        raise EndpointError(f"{repository}: the upload failed: {reason}; log in with: hf auth login") from None
    return str(made)


def check_name(repository: str) -> None:
    """Raise ConfigError for what cannot be the name of a repository."""
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]

    try:
        validate_repo_id(repository)
    except HFValidationError as error:
        raise ConfigError(f"{repository!r} cannot be a repository's name: {str(error).splitlines()[0]}") from None


def _copy_adapter(adapter: Path, folder: Path, base: str) -> None:
    """Copy an adapter, with `base` as the name of its base."""
    for pattern in _OF_ADAPTER:
        for path in sorted(adapter.glob(pattern)):
            shutil.copyfile(path, folder / path.name)
    config = read_json(adapter / ADAPTER) | {"base_model_name_or_path": base}
    (folder / ADAPTER).write_text(json.dumps(config, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
