"""Compares our tables of shapes with botocore's copy of the service's model.

    test_shapes_against_botocore.py DUMPER

DUMPER prints our tables as JSON. Exit 77 (skipped) where python has no botocore, or an old one.
Names of shapes do not count, nor the order of members and values: only what a request may look
like.
"""
import json
import subprocess
import sys

try:
    import botocore
    import botocore.loaders
except ImportError:
    print("botocore is not installed")
    sys.exit(77)

# Older copies know an older service: Debian 12 has one from 2022.
OLDEST = (1, 43)
if tuple(int(part) for part in botocore.__version__.split(".")[:2]) < OLDEST:
    print("botocore %s is older than the model that our tables follow" % botocore.__version__)
    sys.exit(77)

# The server prints another expression than its model says (firehose.md 1.6).
PATTERNS = {r"^$|\.[0-9a-z!\-_.*'()]+": r"^(|\.[0-9a-z!\-_.*'()]+)$"}

# Aliases of keys were taken out of this member's expression at botocore 1.44; ours is the newer.
SSE_KEY = "DeliveryStreamEncryptionConfigurationInput.members.KeyARN.pattern"


def expected(shapes, name):
    shape = shapes[name]
    kind = shape["type"]
    out = {"type": kind}
    for word in ("min", "max"):
        if word in shape:
            out[word] = shape[word]
    if kind == "list":
        out.setdefault("min", 0)
        out["member"] = expected(shapes, shape["member"]["shape"])
    if "pattern" in shape:
        out["pattern"] = PATTERNS.get(shape["pattern"], shape["pattern"])
    if "enum" in shape:
        out["enum"] = sorted(shape["enum"])
    if kind == "map":
        out["key"] = expected(shapes, shape["key"]["shape"])
        out["value"] = expected(shapes, shape["value"]["shape"])
    if kind == "structure":
        required = shape.get("required", [])
        out["members"] = {
            member: dict(expected(shapes, ref["shape"]), required=member in required)
            for member, ref in shape["members"].items()
        }
    return out


def compare(path, ours, theirs, differences):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name in sorted(set(ours) | set(theirs)):
            compare(f"{path}.{name}", ours.get(name), theirs.get(name), differences)
        return
    if isinstance(ours, list) and isinstance(theirs, list):
        ours = sorted(ours)
    if path.endswith(SSE_KEY) and theirs is not None:
        theirs = theirs.replace("(key|alias)", "key")
    if ours != theirs:
        differences.append(f"{path}: ours {ours!r}, botocore's {theirs!r}")


def main():
    dumped = subprocess.run([sys.argv[1]], check=True, stdout=subprocess.PIPE)
    ours = json.loads(dumped.stdout)
    model = botocore.loaders.create_loader().load_service_model("firehose", "service-2")
    theirs = {
        name: expected(model["shapes"], operation["input"]["shape"])
        for name, operation in model["operations"].items()
    }
    differences = []
    compare("", ours, theirs, differences)
    for difference in differences:
        print(difference)
    return 1 if differences else 0


sys.exit(main())
