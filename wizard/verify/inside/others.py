"""Other libraries that compute on a GPU, where they are installed: each one's own short check. None of them is required.

Each stage tells `version`, `device` (gpu or cpu) and `name`, the library's own name of what it computed on.
"""

from __future__ import annotations

import os
from typing import Any

from .common import Short

SIDE = 64


def stage_jax(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A product on the first device that JAX has chosen."""
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")  # else it takes most of the GPU's memory
    import jax  # type: ignore[import-not-found,unused-ignore]
    import jax.numpy as jnp  # type: ignore[import-not-found,unused-ignore]

    device = jax.devices()[0]
    ones = jnp.ones((SIDE, SIDE))
    _held_to(float((ones @ ones).block_until_ready().sum()))
    kind = "cpu" if device.platform == "cpu" else "gpu"
    return {
        "version": str(jax.__version__),
        "device": kind,
        "name": str(getattr(device, "device_kind", device.platform)),
    }


def stage_tensorflow(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A product on the first GPU that TensorFlow sees, else on the CPU."""
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    import tensorflow as tf  # type: ignore[import-not-found,import-untyped,unused-ignore]

    gpus = tf.config.list_physical_devices("GPU")
    with tf.device("/GPU:0" if gpus else "/CPU:0"):
        ones = tf.ones((SIDE, SIDE))
        _held_to(float(tf.reduce_sum(tf.matmul(ones, ones)).numpy()))
    name = (tf.config.experimental.get_device_details(gpus[0]).get("device_name") if gpus else None) or "CPU"
    return {"version": str(tf.__version__), "device": "gpu" if gpus else "cpu", "name": str(name)}


def stage_cupy(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A product by CuPy, which has nothing but GPUs."""
    import cupy  # type: ignore[import-not-found,unused-ignore]

    count = cupy.cuda.runtime.getDeviceCount()
    if not count:
        raise Short("CuPy sees no GPU")
    ones = cupy.ones((SIDE, SIDE), dtype=cupy.float32)
    _held_to(float((ones @ ones).sum().get()))
    name = cupy.cuda.runtime.getDeviceProperties(0)["name"]
    return {
        "version": str(cupy.__version__),
        "device": "gpu",
        "name": name.decode("utf-8", "replace") if isinstance(name, bytes) else str(name),
    }


def _held_to(result: float) -> None:
    if abs(result - SIDE**3) > 1.0:
        raise Short(f"the product sums up to {result:.6g}; that differs from the CPU's {SIDE**3}")


def stage_onnxruntime(known: dict[str, Any], asked: dict[str, Any]) -> dict[str, Any]:
    """A model of one addition, by the best provider that ONNX Runtime has."""
    import onnxruntime  # type: ignore[import-not-found,import-untyped,unused-ignore]

    there = list(onnxruntime.get_available_providers())
    usual = [each for each in there if each not in ("AzureExecutionProvider", "TensorrtExecutionProvider")]
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(_addition(), options, providers=usual)
    import numpy as np  # type: ignore[import-not-found,unused-ignore]

    result = session.run(None, {"x": np.ones(4, dtype=np.float32)})[0].tolist()
    if result != [2.0] * 4:
        raise Short(f"ONNX Runtime added 1 and 1 to {result}; that differs from the CPU's")
    provider = str(session.get_providers()[0])
    kind = "cpu" if provider == "CPUExecutionProvider" else "gpu"
    return {"version": str(onnxruntime.__version__), "device": kind, "name": provider, "providers": there}


def _addition() -> bytes:
    """y = x + x of four floats as an ONNX model, written by hand: the package `onnx` need not be there.

    Fields by number as in onnx.proto: ModelProto ir_version 1, graph 7, opset_import 8; GraphProto node 1, name 2,
    input 11, output 12; NodeProto input 1, output 2, op_type 4; ValueInfoProto name 1, type 2.
    """
    shape = _field(2, _field(1, _number(1, 4)))
    floats = _field(1, _number(1, 1) + shape)
    node = _field(1, b"x") + _field(1, b"x") + _field(2, b"y") + _field(4, b"Add")
    graph = _field(1, node) + _field(2, b"g")
    graph += _field(11, _field(1, b"x") + _field(2, floats)) + _field(12, _field(1, b"y") + _field(2, floats))
    return _number(1, 8) + _field(7, graph) + _field(8, _number(2, 13))


def _field(number: int, data: bytes) -> bytes:
    return bytes([number << 3 | 2, len(data)]) + data


def _number(number: int, value: int) -> bytes:
    return bytes([number << 3, value])
