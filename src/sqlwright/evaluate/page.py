"""The report's frame: style, language switch and filter, all inside the page."""

from __future__ import annotations

from html import escape

_STYLE = """
:root{color-scheme:light dark;--line:#8884;--base:#94a3b8;--tuned:#2563eb}
body{font:15px/1.5 system-ui,sans-serif;max-width:62rem;margin:0 auto;padding:1.5rem}
h1{font-size:1.5rem}
h2{font-size:1.15rem;margin-top:2rem;border-bottom:1px solid var(--line)}
h3{font-size:1rem;margin-bottom:.3rem}
small,.note{opacity:.7;font-weight:normal}table{border-collapse:collapse}td,th{padding:.25rem .7rem;text-align:left;
border-bottom:1px solid var(--line)}.claimed{opacity:.7}.bar{display:flex;align-items:center;gap:.7rem;margin:.2rem 0}
.label{width:4.5rem}.track{position:relative;flex:1;height:1.1rem;background:var(--line);border-radius:3px}
.track i{display:block;height:100%;border-radius:3px}.track b{position:absolute;top:40%;height:20%;background:#0008}
.base{background:var(--base)}.tuned{background:var(--tuned)}.ok{color:#16a34a}.no{color:#dc2626}
code{font-family:ui-monospace,monospace;font-size:.85rem;overflow-wrap:anywhere}
details{border-bottom:1px solid var(--line);padding:.25rem 0}summary{cursor:pointer}
dl{display:grid;grid-template-columns:9rem 1fr;gap:.3rem .7rem;margin:.4rem 0 .6rem 1rem}
dd{margin:0}dd small{display:block}.filter{display:flex;gap:.5rem;margin:.6rem 0}input{flex:1;padding:.3rem}
.curve{max-width:40rem}#language{float:right}html[lang=en] .zh,html[lang=zh] .en{display:none}
"""

_SCRIPT = """
const root=document.documentElement,get=id=>document.getElementById(id);
const speak=l=>{root.lang=l;get('language').textContent=l=='en'?'中文':'English'};
get('language').onclick=()=>speak(root.lang=='en'?'zh':'en');
if((navigator.language||'').startsWith('zh'))speak('zh');
const rows=[...get('rows').children];
const filter=()=>{
const text=get('find').value.toLowerCase(),set=get('set').value,state=get('state').value;let n=0;
for(const row of rows){const show=(!set||row.dataset.set==set)&&(!state||row.dataset.state.split(' ').includes(state))
&&(!text||row.textContent.toLowerCase().includes(text));row.hidden=!show;n+=show}
get('shown').textContent=n+' / '+rows.length};
for(const id of ['find','set','state'])get(id).oninput=filter;filter();
"""


def page(title: str, body: str) -> str:
    """Return a whole page; `title` is text, `body` is HTML."""
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        f'<button id="language" type="button">中文</button><h1>{escape(title)}</h1>{body}'
        f"<script>{_SCRIPT}</script></body></html>\n"
    )


def both(english: str, chinese: str) -> str:
    """Return a text in both languages, of which the page shows one."""
    return f'<span class="en">{escape(english)}</span><span class="zh" lang="zh">{escape(chinese)}</span>'


def percent(share: float) -> str:
    """Return a share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"
