#!/usr/bin/env python3
"""Writes a software bill of materials: everything that the program and its page are built of, and the models.

    scripts/sbom.py OUT.json

CycloneDX 1.5, from Cargo.lock by `cargo metadata` (what the program is linked of, not what only tests use),
web/package-lock.json (what is in the page and what builds it, told apart by scope) and models/manifest.toml. Two runs on
one source write the same bytes. Python's standard library only; no network.
"""

import json
import re
import subprocess
import sys
import tomllib
import uuid
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parent.parent


def licences(expression: str | None) -> list[dict]:
    if not expression:
        return []
    # Cargo once wrote a slash for "or".
    return [{"expression": expression.replace("/", " OR ")}]


def crates() -> tuple[dict, list[dict], list[dict]]:
    command = ["cargo", "metadata", "--format-version", "1", "--locked"]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout)
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}

    def linked(node: dict) -> list[str]:
        kinds = lambda dep: [kind["kind"] for kind in dep["dep_kinds"]]
        return [dep["pkg"] for dep in node["deps"] if any(kind != "dev" for kind in kinds(dep))]

    root = metadata["resolve"]["root"]
    reached, to_visit = set(), [root]
    while to_visit:
        current = to_visit.pop()
        if current not in reached:
            reached.add(current)
            to_visit += linked(nodes[current])
    ref = lambda key: f"pkg:cargo/{packages[key]['name']}@{packages[key]['version']}"
    sums = checksums()
    components = []
    for key in sorted(reached - {root}, key=ref):
        package = packages[key]
        component = {
            "type": "library",
            "bom-ref": ref(key),
            "name": package["name"],
            "version": package["version"],
            "purl": ref(key),
            "licenses": licences(package["license"]),
        }
        if checksum := sums.get((package["name"], package["version"])):
            component["hashes"] = [{"alg": "SHA-256", "content": checksum}]
        components.append(component)
    edges = [{"ref": ref(key), "dependsOn": sorted(map(ref, linked(nodes[key])))} for key in sorted(reached, key=ref)]
    return packages[root], components, edges


def checksums() -> dict[tuple[str, str], str]:
    lock = tomllib.loads((ROOT / "Cargo.lock").read_text("utf-8"))
    return {(it["name"], it["version"]): it["checksum"] for it in lock["package"] if "checksum" in it}


def page() -> list[dict]:
    lock = json.loads((ROOT / "web/package-lock.json").read_text("utf-8"))
    components = []
    for path, package in sorted(lock["packages"].items()):
        if not path:
            continue
        name = path.rpartition("node_modules/")[2]
        purl = f"pkg:npm/{quote(name, safe='/')}@{package['version']}"
        components.append(
            {
                "type": "library",
                "bom-ref": f"{purl}#{path}",
                "name": name,
                "version": package["version"],
                "purl": purl,
                # What builds and tests the page is not in it.
                "scope": "excluded" if package.get("dev") else "required",
                "licenses": licences(package.get("license")),
            }
        )
    return components


def models() -> list[dict]:
    manifest = tomllib.loads((ROOT / "models/manifest.toml").read_text("utf-8"))
    runtime = manifest["runtime"]
    found = [
        {
            "type": "library",
            "bom-ref": f"onnxruntime-{library['platform']}",
            "name": "onnxruntime",
            "version": runtime["version"],
            "description": f"{library['file']} for {library['platform']}",
            "licenses": licences("MIT"),
            "hashes": [{"alg": "SHA-256", "content": library["sha256"]}],
        }
        for library in runtime["library"]
    ]
    for model in manifest["model"]:
        found.append(
            {
                "type": "machine-learning-model",
                "bom-ref": f"model-{model['name']}",
                "name": model["name"],
                "description": model["file"],
                "licenses": [{"license": {"name": model["licence"]}}],
                "hashes": [{"alg": "SHA-256", "content": model["sha256"]}],
            }
        )
    return found


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    program, components, edges = crates()
    components += page() + models()
    bom = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"pkg:cargo/{program['name']}@{program['version']}",
                "name": program["name"],
                "version": program["version"],
                "licenses": licences(program["license"]),
            }
        },
        "components": components,
        "dependencies": edges,
    }
    # Of the content, so that it changes only with it.
    text = json.dumps(bom, sort_keys=True)
    bom["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, text)}"
    assert all(re.fullmatch(r"\S+", component["bom-ref"]) for component in components), "a reference with a blank"
    refs = [component["bom-ref"] for component in components]
    assert len(refs) == len(set(refs)), "two components of one name"
    out = Path(sys.argv[1])
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(bom, indent=1, ensure_ascii=False) + "\n", "utf-8")
    print(f"{out}: {len(components)} components")
    return 0


if __name__ == "__main__":
    sys.exit(main())
