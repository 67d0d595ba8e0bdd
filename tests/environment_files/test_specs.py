"""conda's grammar in PEP 440, and its selectors as markers."""

from __future__ import annotations

import pytest
from packaging.markers import Marker

from wizard.environment_files.conda_spec import read, specifier
from wizard.environment_files.hints import of_spec
from wizard.environment_files.selectors import marker

pytestmark = pytest.mark.same_everywhere


@pytest.mark.parametrize(
    "text, name, said, build",
    [
        ("numpy", "numpy", "", None),
        ("python=3.10", "python", "==3.10.*", None),
        ("python 3.10", "python", "==3.10", None),
        ("numpy==1.21.2", "numpy", "==1.21.2", None),
        ("numpy=1.21.2=py39h20f2e39_0", "numpy", "==1.21.2", "py39h20f2e39_0"),
        ("numpy>=1.20,<2", "numpy", ">=1.20,<2", None),
        ("numpy >= 1.20, < 2", "numpy", ">=1.20,<2", None),
        ("numpy=>1.2", "numpy", ">1.2", None),
        ("numpy =1.2 py39_0", "numpy", "==1.2.*", "py39_0"),
        ("numpy 1.2 py39_0", "numpy", "==1.2", "py39_0"),
        ("numpy=1.2.*", "numpy", "==1.2.*", None),
        ("numpy=1.2*", "numpy", "==1.2.*", None),
        ("numpy 1.7|1.8", "numpy", ">=1.7,<1.9", None),
        ("foo!=1.5", "foo", "!=1.5", None),
        ("foo>1,!=1.5.*", "foo", ">1,!=1.5.*", None),
        ("foo~=1.2", "foo", "~=1.2", None),
        ("foo=1.0.0rc1", "foo", "==1.0.0rc1", None),
        ("foo=1.0.1_1", "foo", "==1.0.1.*", None),
        ("pytorch::pytorch=2.1", "pytorch", "==2.1.*", None),
        ("conda-forge/linux-64::numpy", "numpy", "", None),
        ("pytorch[version='>=1.10',build=*cuda*]", "pytorch", ">=1.10", "*cuda*"),
        ("pytorch=*=*cuda*", "pytorch", "", "*cuda*"),
        ("ld_impl_linux-64=2.35.1", "ld_impl_linux-64", "==2.35.1.*", None),
        ("backports.functools_lru_cache=1.6.4", "backports.functools_lru_cache", "==1.6.4.*", None),
        ("openssl=1.1.1k=h7", "openssl", "", "h7"),  # no version of PEP 440
    ],
)
def test_a_spec(text: str, name: str, said: str, build: str | None) -> None:
    spec = read(text)
    assert spec is not None
    assert (spec.name, specifier(spec.version)[0], spec.build) == (name, said, build)


def test_what_is_no_spec_is_none() -> None:
    assert read("https://example.test/x.tar.bz2") is None


@pytest.mark.parametrize(
    "selector, expected",
    [
        ("linux", "sys_platform == 'linux'"),
        ("not win", "sys_platform != 'win32'"),
        ("osx and arm64", "sys_platform == 'darwin' and platform_machine == 'arm64'"),
        ("py<39", "python_version < '3.9'"),
        ("(linux and not aarch64)", "(sys_platform == 'linux' and platform_machine != 'aarch64')"),
        ("win-64", "(sys_platform == 'win32' and platform_machine == 'AMD64')"),
        ("cuda_version == 1", None),
    ],
)
def test_a_selector(selector: str, expected: str | None) -> None:
    told = marker(selector)
    assert told == expected
    assert told is None or str(Marker(told))


@pytest.mark.parametrize(
    "text, hint",
    [
        ("pytorch-cuda=12.1", "cu121"), ("cudatoolkit=11.3.1=h2bc3f7f_2", "cu113"), ("cuda-version=12.6", "cu126"),
        ("pytorch=1.10.1=py3.9_cuda11.3_cudnn8.2.0_0", "cu113"), ("torchvision=0.11.2=py39_cu113", "cu113"),
        ("pytorch=2.4.0=cpu_generic_py312", "cpu"), ("cpuonly", "cpu"), ("pytorch", None), ("cudatoolkit", None),
        ("numpy=1.2=cuda113", None),
    ],
)  # fmt: skip
def test_a_hint(text: str, hint: str | None) -> None:
    spec = read(text)
    assert spec is not None
    assert of_spec(spec) == hint
