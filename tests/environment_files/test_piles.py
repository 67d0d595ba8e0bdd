"""Environment files as they are found in the wild, each with the three piles that a careful person would make."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

import pytest
from packaging.requirements import Requirement

from wizard.environment_files.piles import sort
from wizard.environment_files.read import describe
from wizard.environment_files.record import Described, Entry, Imported
from wizard.environment_files.unsaid_python import unsaid_python
from wizard.errors import BadInput
from wizard.plan.import_file import project_name, step

pytestmark = pytest.mark.same_everywhere


@dataclass(frozen=True)
class Shape:
    """A file, and what comes of it. `dropped` and `undecided` are the entries as written."""

    text: str
    dependencies: tuple[str, ...]
    dropped: tuple[str, ...] = ()
    undecided: tuple[str, ...] = ()
    python: str | None = None
    hint: str | None = None
    name: str = "environment.yml"


SHAPES = {
    "by hand, CUDA by pytorch-cuda": Shape(
        """
        name: vision
        channels: [pytorch, nvidia, conda-forge]
        dependencies:
          - python=3.10
          - pytorch=2.1.2
          - torchvision==0.16.2
          - pytorch-cuda=12.1
          - pip
        """,
        ("torch==2.1.2.*", "torchvision==0.16.2"),
        ("pytorch-cuda=12.1", "pip"),
        python="==3.10.*",
        hint="cu121",
    ),
    "by hand, CUDA by cudatoolkit": Shape(
        "dependencies:\n  - pytorch==1.12.1\n  - cudatoolkit=11.3\n  - python>=3.8,<3.11\n",
        ("torch==1.12.1",),
        ("cudatoolkit=11.3",),
        python=">=3.8,<3.11",
        hint="cu113",
    ),
    "cpuonly": Shape("dependencies: [pytorch, cpuonly]\n", ("torch",), ("cpuonly",), hint="cpu"),
    "an export with builds": Shape(
        """
        name: old
        dependencies:
          - _libgcc_mutex=0.1=main
          - blas=1.0=mkl
          - cudatoolkit=11.3.1=h2bc3f7f_2
          - ld_impl_linux-64=2.35.1=h7274673_9
          - libgcc-ng=9.3.0=h5101ec6_17
          - numpy=1.21.2=py39h20f2e39_0
          - openssl=1.1.1l=h7f8727e_0
          - python=3.9.7=h12debd9_1
          - pytorch=1.10.1=py3.9_cuda11.3_cudnn8.2.0_0
          - pytorch-mutex=1.0=cuda
          - setuptools=58.0.4=py39h06a4308_0
          - tzdata=2021e=hda174b7_0
          - typing_extensions=3.10.0.2=pyh06a4308_0
          - pip:
            - tensorboard==2.7.0
        prefix: /home/min/miniconda3/envs/old
        """,
        ("numpy==1.21.2", "torch==1.10.1", "typing_extensions==3.10.0.2", "tensorboard==2.7.0"),
        (
            "_libgcc_mutex=0.1=main",
            "blas=1.0=mkl",
            "cudatoolkit=11.3.1=h2bc3f7f_2",
            "ld_impl_linux-64=2.35.1=h7274673_9",
            "libgcc-ng=9.3.0=h5101ec6_17",
            "openssl=1.1.1l=h7f8727e_0",
            "pytorch-mutex=1.0=cuda",
            "setuptools=58.0.4=py39h06a4308_0",
            "tzdata=2021e=hda174b7_0",
        ),
        python="==3.9.*",
        hint="cu113",
    ),
    "an export of Windows": Shape(
        """
        dependencies:
          - vs2015_runtime=14.27.29016=h5e58377_2
          - vc=14.2=h21ff451_1
          - ucrt=10.0.22621.0=h57928b3_0
          - m2w64-gcc-libs=5.3.0=7
          - pywin32=302=py39h827c3e9_2
          - numpy=1.23.1=py39h7a0a035_0
        """,
        ("pywin32==302; sys_platform == 'win32'", "numpy==1.23.1"),
        (
            "vs2015_runtime=14.27.29016=h5e58377_2",
            "vc=14.2=h21ff451_1",
            "ucrt=10.0.22621.0=h57928b3_0",
            "m2w64-gcc-libs=5.3.0=7",
        ),
    ),
    "from history": Shape(
        "name: x\nchannels:\n  - defaults\ndependencies:\n  - jupyterlab\n  - python=3.11\n  - pandas\n",
        ("jupyterlab", "pandas"),
        python="==3.11.*",
    ),
    "an empty pip": Shape("dependencies:\n  - numpy\n  - pip:\n", ("numpy",)),
    "pip with options": Shape(
        """
        dependencies:
          - python=3.10
          - pip:
            - --extra-index-url https://torch.example.test/whl/cu118
            - torch==2.1.0+cu118
            - -e .
            - -e git+https://git.example.test/someone/tool.git@v1#egg=tool
        """,
        ("torch==2.1.0", "tool @ git+https://git.example.test/someone/tool.git@v1"),
        ("-e .",),
        python="==3.10.*",
        hint="cu118",
    ),
    "a channel before the name": Shape(
        "dependencies: ['conda-forge::rdkit', 'pytorch::pytorch']\n", ("rdkit", "torch")
    ),
    "a version in brackets": Shape(
        "dependencies:\n  - \"numpy[version='>=1.20,<2']\"\n  - scipy[build=py39*]\n", ("numpy>=1.20,<2", "scipy")
    ),
    "selectors": Shape(
        "dependencies:\n  - pywin32  # [win]\n  - uvloop # [not win]\n  - sel(linux): triton\n",
        (
            "pywin32; sys_platform == 'win32'",
            "uvloop; sys_platform != 'win32'",
            "triton; sys_platform == 'linux'",
        ),
    ),
    "other names": Shape(
        "dependencies: [python-graphviz, pytables, msgpack-python, matplotlib-base, pysoundfile, py-xgboost, ruamel_yaml]\n",
        ("graphviz", "tables", "msgpack", "matplotlib", "soundfile", "xgboost", "ruamel_yaml"),
    ),
    "programs": Shape(
        "dependencies: [ffmpeg, git, nodejs=18, graphviz, numpy]\n",
        ("numpy",),
        undecided=("ffmpeg", "git", "nodejs=18", "graphviz"),
    ),
    "compilers and MPI": Shape(
        "dependencies: [compilers, gcc_linux-64, openmpi, cuda-nvcc, cmake]\n",
        ("cmake",),
        undecided=("compilers", "gcc_linux-64", "openmpi", "cuda-nvcc"),
    ),
    "geography": Shape(
        "dependencies: [gdal=3.6, geopandas, rasterio, proj, geos]\n",
        ("geopandas", "rasterio"),
        ("proj", "geos"),
        ("gdal=3.6",),
    ),
    "R beside Python": Shape(
        "dependencies: [r-base=4.2, r-ggplot2, pandas]\n", ("pandas",), undecided=("r-base=4.2", "r-ggplot2")
    ),
    "bioinformatics": Shape(
        "dependencies: [samtools=1.17, bioconductor-deseq2, biopython]\n",
        ("biopython",),
        undecided=("samtools=1.17", "bioconductor-deseq2"),
    ),
    "an ambiguous name": Shape("dependencies: [opencv, faiss-gpu]\n", ("opencv-python", "faiss-gpu-cu12")),
    "jax": Shape(
        "dependencies: ['jax=0.4', 'jaxlib=*=*cuda*', cuda-nvcc]\n", ("jax==0.4.*", "jaxlib"), undecided=("cuda-nvcc",)
    ),
    "conda's own machinery": Shape(
        "dependencies: [conda-build, anaconda-navigator, mamba, numpy]\n",
        ("numpy",),
        ("conda-build", "anaconda-navigator", "mamba"),
    ),
    "setuptools by a version": Shape("dependencies: ['setuptools=59.5', wheel]\n", ("setuptools==59.5.*",), ("wheel",)),
    "an old Python": Shape("dependencies: ['python=3.7', numpy]\n", ("numpy",), python="==3.7.*"),
    "asked for twice": Shape("dependencies:\n  - numpy=1.24\n  - pip:\n    - numpy==1.26.4\n", ("numpy==1.26.4",)),
    "a pasted command": Shape(
        "$ conda create -n demo python=3.10 -y\n"
        "$ conda install pytorch==2.2.2 torchvision==0.17.2 pytorch-cuda=12.1 -c pytorch -c nvidia\n"
        "$ pip install tqdm 'rich>=13'\n",
        ("torch==2.2.2", "torchvision==0.17.2", "tqdm", "rich>=13"),
        ("pytorch-cuda=12.1",),
        python="==3.10.*",
        hint="cu121",
        name="README.txt",
    ),
    "mamba, lines that go on": Shape(
        'mamba create --name x \\\n  -c conda-forge "numpy>=1.20" \\\n  scipy && conda activate x\n',
        ("numpy>=1.20", "scipy"),
        name="install.txt",
    ),
    "conda list": Shape(
        "# packages in environment at /home/min/x:\n#\n# Name   Version   Build  Channel\n_libgcc_mutex  0.1  main\n"
        "numpy  1.21.2  py39h20f2e39_0\ntorch  1.10.0+cu113  pypi_0  pypi\npython  3.9.7  h12debd9_1\n",
        ("numpy==1.21.2", "torch==1.10.0"),
        ("_libgcc_mutex 0.1 main",),
        python="==3.9.*",
        hint="cu113",
        name="list.txt",
    ),
    "conda list --explicit": Shape(
        "# platform: linux-64\n@EXPLICIT\nhttps://c.example.test/linux-64/numpy-1.21.2-py39h20f2e39_0.conda#0a1b\n"
        "https://c.example.test/noarch/tzdata-2021e-hda174b7_0.conda\n",
        ("numpy==1.21.2",),
        ("https://c.example.test/noarch/tzdata-2021e-hda174b7_0.conda",),
        name="spec.txt",
    ),
    "conda list --export": Shape(
        "# platform: linux-64\nnumpy=1.21.2=py39h20f2e39_0\nxz=5.2.5=h7b6447c_0\nrich=13.7=pypi_0\n",
        ("numpy==1.21.2", "rich==13.7"),
        ("xz=5.2.5=h7b6447c_0",),
        name="export.txt",
    ),
    "requirements": Shape(
        "# comment\nrequests>=2 # http\neinops \\\n  ==0.7.0 --hash=sha256:aa --hash=sha256:bb\n"
        "uvicorn[standard]; python_version >= '3.9'\n",
        ("requests>=2", "einops ==0.7.0", "uvicorn[standard]; python_version >= '3.9'"),
        name="requirements.txt",
    ),
    "requirements with addresses": Shape(
        "git+https://git.example.test/openai/CLIP.git\n"
        "https://f.example.test/flash_attn-2.3.3%2Bcu118-cp310-cp310-linux_x86_64.whl\n"
        "https://f.example.test/torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl\n"
        "sub @ git+https://git.example.test/a/b#subdirectory=sub\n",
        (
            "CLIP @ git+https://git.example.test/openai/CLIP.git",
            "flash-attn @ https://f.example.test/flash_attn-2.3.3%2Bcu118-cp310-cp310-linux_x86_64.whl",
            "torch==2.1.0",
            "sub @ git+https://git.example.test/a/b#subdirectory=sub",
        ),
        hint="cu118",
        name="requirements.txt",
    ),
    "pip freeze of a conda environment": Shape(
        "numpy @ file:///home/conda/feedstock_root/build_artifacts/numpy_1/work\nmkl-fft==1.3.1\nrich==13.7.0\n",
        ("numpy", "mkl-fft==1.3.1", "rich==13.7.0"),
        name="requirements.txt",
    ),
    "folders": Shape(
        "-e ./libs/mine\n./other\n/home/min/far\n", ("mine", "other"), undecided=("~/far",), name="requirements.txt"
    ),
    "UTF-8 with a mark, CRLF": Shape("\ufeffnumpy\r\nscipy>=1\r\n", ("numpy", "scipy>=1"), name="requirements.txt"),
}


def imported(folder: Path, shape: Shape) -> Imported:
    path = folder / shape.name
    path.write_bytes(dedent(shape.text).lstrip("\n").encode())
    return sort(describe(path))


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_three_piles(tmp_path: Path, shape: Shape) -> None:
    found = imported(tmp_path, shape)
    assert found.dependencies == shape.dependencies
    assert tuple(one.text for one in found.dropped) == shape.dropped
    assert tuple(one.text for one in found.undecided) == shape.undecided
    assert found.requires_python == shape.python
    assert found.torch_hint == shape.hint
    assert all(one.why for one in (*found.mapped, *found.dropped, *found.undecided))
    assert all(Requirement(one) for one in found.dependencies)
    assert "/home/" not in str(found.document())


def test_every_entry_is_in_one_pile(tmp_path: Path) -> None:
    for number, shape in enumerate(SHAPES.values()):
        folder = tmp_path / str(number)
        folder.mkdir()
        found = imported(folder, shape)
        entries = describe(folder / shape.name).entries
        assert len(entries) == len(found.mapped) + len(found.dropped) + len(found.undecided)


def test_an_ambiguity_names_the_other(tmp_path: Path) -> None:
    found = imported(tmp_path, SHAPES["an ambiguous name"])
    assert "opencv-python-headless" in found.mapped[0].why


def test_a_project_is_not_named_like_what_it_needs(tmp_path: Path) -> None:
    found = imported(tmp_path, SHAPES["jax"])
    assert project_name(found, "/w/jax", "/") == "jax-project"
    assert project_name(found, "/w/mine", "/") == "mine"


def test_what_the_index_does_not_have_is_not_decided(tmp_path: Path) -> None:
    path = tmp_path / "e.yml"
    path.write_text("dependencies: [numpy, no_such_thing, {pip: [neither-this]}]\n")
    found = sort(describe(path), absent=["no-such-thing", "neither-this"])
    assert found.dependencies == ("numpy",)
    assert [one.text for one in found.undecided] == ["no_such_thing", "neither-this"]


@pytest.mark.parametrize(
    "name, text, told",
    [
        ("e.yml", "dependencies:\n - numpy: [\n", r"e\.yml, line \d can't be read"),
        ("e.yml", "- numpy\n", "is no environment file"),
        ("e.yml", "name: x\n", "is no environment file|names no package"),
        ("e.yml", "dependencies: [python=2.7, numpy]\n", "Python 2"),
        ("r.txt", "-r r.txt\nnumpy\n", "includes itself"),
        ("r.txt", "-r missing.txt\n", "missing.txt, which cannot be read"),
        ("r.txt", "# nothing\n", "names no package"),
        ("r.txt", "\0\0\0", "is no environment file"),
        ("Pipfile", "[packages]\nnumpy = '*'\n", "is not a kind that import reads"),
        ("setup.py", "from setuptools import setup\n", "is not a kind that import reads"),
    ],
)
def test_bad_input_is_told_in_one_line(tmp_path: Path, name: str, text: str, told: str) -> None:
    path = tmp_path / name
    path.write_text(text)
    with pytest.raises(BadInput, match=told) as caught:
        sort(describe(path))
    assert "\n" not in str(caught.value)


def test_constraints_and_included_files(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text(
        "-r more.txt\n-c limits.txt\n-i https://index.example.test/simple\nnumpy\n"
    )
    (tmp_path / "more.txt").write_text("rich\n")
    (tmp_path / "limits.txt").write_text("urllib3<2\n")
    found = sort(describe(tmp_path / "requirements.txt"))
    assert found.dependencies == ("rich", "numpy")
    assert found.constraints == ("urllib3<2",)
    assert found.indexes == ("https://index.example.test/simple",)
    assert found.default_index == "https://index.example.test/simple"


@pytest.mark.parametrize(
    "dependencies, here, expected",
    [
        (("numpy",), "3.12", ">=3.12"),
        (("torch",), "3.12", ">=3.12"),
        (("torch==2.1.2", "numpy"), "3.13", "==3.11.*"),
        (("torch==2.1.2",), "3.10", "==3.10.*"),
        (("torch<2.3",), "3.13", "==3.12.*"),
        (("Torch==2.2.*",), "3.14", "==3.12.*"),
        (("torch==1.4.0",), "3.12", ">=3.12"),  # the catalogue knows nothing of it
        (("torch @ https://files.example.test/torch.whl",), "3.12", ">=3.12"),
        (("not a requirement !",), "3.12", ">=3.12"),
    ],
)
def test_a_file_that_names_no_python_gets_one_that_its_torch_has(
    dependencies: tuple[str, ...], here: str, expected: str
) -> None:
    python, why = unsaid_python(dependencies, here)
    assert python == expected
    assert (why is not None) == expected.startswith("==")


def test_the_python_that_was_chosen_is_written_and_told() -> None:
    found = sort(Described((Entry("pytorch=2.1.2", "conda"),)))
    made = step(found, "/p", "/", {}, "3.13")
    assert made is not None
    written = {one.path: (one.after or b"").decode() for one in made.files}
    assert 'requires-python = "==3.11.*"' in written["/p/pyproject.toml"]
    assert written["/p/.python-version"] == "3.11\n"
    assert any("torch 2.1.2 has wheels for 3.8 to 3.11" in note for note in made.notes)


def test_variables_are_told_by_their_names(tmp_path: Path) -> None:
    path = tmp_path / "environment.yml"
    path.write_text("dependencies:\n  - numpy\nvariables:\n  API_KEY: sesame\n  MODE: fast\n")
    (note,) = sort(describe(path)).notes
    assert "API_KEY, MODE" in note
    assert "sesame" not in note
