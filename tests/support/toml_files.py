"""Generated files of pyproject.toml, in all the shapes that people write: for hypothesis."""

from __future__ import annotations

from hypothesis import strategies as st

comments = st.sampled_from(["", "  # why", "  # größer, 更大", "\t#! [tool.uv]", '  # "quoted" \\'])
blank = st.sampled_from(["", "\n", "# alone\n", "\n# 한국어 # two\n\n"])
root = st.sampled_from(["", "", "tool.ruff.line-length = 100\n", "# top\n", "tool.black = { line-length = 100 }\n\n",
                        "tool.uv.package = false\n", "tool.ruff.lint.select = [\n  'E',\n]\n"])  # fmt: skip
torches = st.sampled_from(["torch", "torch>=2.9", "torch==2.1.0+cu118", "torch ; python_version >= '3.11'", "Torch"])


OTHERS = (
    "[tool.ruff]\nline-length = 100 # wide\n",
    "[tool.b.c]\nd = '''\n# not a comment\n[tool.uv.sources]\n'''\n",
    "[a]\n[a.b]\nc = 1_000\nm = [\n  [1],\n  [2],  # two\n]\n",
    '["ключ"]\n"ä b" = "é"\n',
    '[tool."uv".pip]\nstrict = true\n',
    "[ tool . pytest . ini_options ]\naddopts = '-q'  # quiet\n",
    '[[tool.mypy.overrides]]\nmodule = "a"\n\n[[tool.mypy.overrides]]\nmodule = "b"  # second\n',
    "[tool.uv.sources.inner]\npath = 'z'  # beside\n",
)


@st.composite
def arrays(draw: st.DrawFn, *, always_torch: bool) -> str:
    packages = [*draw(st.lists(st.sampled_from(["numpy", "torchvision", "rich>=1", "naïve @ https://x.example/n.whl"]),
                               max_size=3, unique=True))]  # fmt: skip
    if always_torch or draw(st.booleans()):
        packages.insert(draw(st.integers(0, len(packages))), draw(torches))
    quoted = [f'"{one}"' if "'" in one or draw(st.booleans()) else f"'{one}'" for one in packages]
    style = draw(st.integers(0, 3))
    if style == 0:
        return "[" + ",".join(quoted) + "]"
    if style == 1:
        return "[ " + ", ".join(quoted) + " ]"
    last = "" if style == 2 or not quoted else ","
    rows = [one + (last if place == len(quoted) - 1 else ",") + draw(comments) for place, one in enumerate(quoted)]
    return "[\n" + "".join(f"    {row}\n" for row in rows) + "]"


@st.composite
def tables(draw: st.DrawFn) -> str:
    parts = [
        f'[project]{draw(comments)}\nname = "x"{draw(comments)}\ndependencies = {draw(arrays(always_torch=True))}\n'
    ]
    if draw(st.booleans()):
        parts.append(f"[project.optional-dependencies]\ngpu = {draw(arrays(always_torch=False))}\n")
    if draw(st.booleans()):
        more = draw(st.sampled_from(["", "all = [{ include-group = 'dev' }, 'rich']\n"]))
        parts.append(f"[dependency-groups]\ndev = {draw(arrays(always_torch=False))}{draw(comments)}\n{more}")
    if draw(st.booleans()):
        parts.append(f"[tool.uv.workspace]\nmembers = ['a', \"b\"]{draw(comments)}\n")
    if draw(st.booleans()):
        more = draw(st.sampled_from(["", "index = []\n", "sources.other = { path = 'y' }\n", "conflicts = []\n",
                                     "constraint-dependencies = ['rich<99']  # held\n",
                                     "constraint-dependencies = [\n  'rich<99',  # held\n]\n",
                                     "conflicts = [\n  [{ extra = 'a' }, { extra = 'b' }],  # docs\n]\n",
                                     'constraint-dependencies = ["torch==2.9.0"]  # held by uv-wizard\n',
                                     "constraint-dependencies = ['torch<3']\n"]))  # fmt: skip
        parts.append(f"[tool.uv]{draw(comments)}\nmanaged = true\n{more}")
    if draw(st.booleans()):
        torch = draw(st.sampled_from([
            "", "torch = { index = 'old' }\n", 'torch.index = "old"  # dotted\n',
            "torch = [\n  { index = 'old', marker = \"sys_platform == 'linux'\" },  # here\n]\n",
            'torch = { git = "https://x.example/torch" }\n']))  # fmt: skip
        parts.append(f"[tool.uv.sources]\nother = {{ path = 'y' }}{draw(comments)}\n{torch}")
    count = draw(st.integers(0, 2))
    parts += [f"[[tool.uv.index]]\nname = 'i{n}'{draw(comments)}\nurl = 'http://i{n}.example/'\n" for n in range(count)]
    parts += draw(st.lists(st.sampled_from(OTHERS), max_size=2, unique=True))
    ordered = draw(st.permutations(parts))
    return draw(root) + "".join(part + draw(blank) for part in ordered)


@st.composite
def files(draw: st.DrawFn) -> bytes:
    text = draw(tables())
    if draw(st.booleans()):
        text = text.rstrip("\n")
    newlines = draw(st.sampled_from(["all", "none", "some"]))
    if newlines != "none":
        text = text.replace("\n", "\r\n", -1 if newlines == "all" else text.count("\n") // 2)
    return (b"\xef\xbb\xbf" if draw(st.booleans()) else b"") + text.encode()
