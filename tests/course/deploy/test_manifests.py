"""The manifests beside the chart: what names each other is there, and the programs would start."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from practicum.room.hub_door import hub_place
from practicum.service.running import address_of

KUBERNETES = Path(__file__).resolve().parents[3] / "deploy" / "kubernetes"

Manifest = dict[str, Any]

needs_kubectl = pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl renders them")

SERVICES = {"practicum": "service", "review": "room", "practicum-sample": "lab"}


def of_kind(manifests: list[Manifest], *kinds: str) -> dict[str, Manifest]:
    """Return the manifests of some kinds by name."""
    return {one["metadata"]["name"]: one for one in manifests if one["kind"] in kinds}


def pods(manifests: list[Manifest]) -> dict[str, Manifest]:
    """Return the templates of the pods by name."""
    found = of_kind(manifests, "Deployment", "StatefulSet")
    return {name: one["spec"]["template"] for name, one in found.items()}


def environment(pod: Manifest, settings: dict[str, str]) -> dict[str, str]:
    """Return what a pod's program finds in its environment, as Kubernetes expands it."""
    (container,) = pod["spec"]["containers"]
    found = dict(settings)
    for variable in container["env"]:
        value = variable.get("value", "from-a-secret")
        if "configMapKeyRef" in variable.get("valueFrom", {}):
            value = settings[variable["valueFrom"]["configMapKeyRef"]["key"]]
        found[variable["name"]] = re.sub(r"\$\((\w+)\)", lambda match: found[match[1]], value)
    return found


@pytest.fixture(name="settings", scope="module")
def fixture_settings() -> dict[str, str]:
    """Return the ConfigMap that kustomization.yaml makes."""
    text = (KUBERNETES / "kustomization.yaml").read_text(encoding="utf-8")
    (generator,) = yaml.safe_load(text)["configMapGenerator"]
    return dict(literal.split("=", 1) for literal in generator["literals"])


def test_hub_finds_the_services(manifests: list[Manifest], values: Manifest) -> None:
    """Each service of values.yaml is at a Service, whose pods listen at that port."""
    for name, service in values["hub"]["services"].items():
        host, port = re.fullmatch(r"http://([a-z-]+):(\d+)", service["url"]).groups()  # type: ignore[union-attr]  # (None would fail the test)
        assert host == f"practicum-{SERVICES[name]}"
        manifest = of_kind(manifests, "Service")[host]
        assert manifest["spec"]["ports"][0]["port"] == int(port)
        pod = pods(manifests)[host]
        labels = pod["metadata"]["labels"]
        assert manifest["spec"]["selector"].items() <= labels.items()
        assert pod["spec"]["containers"][0]["ports"][0]["containerPort"] == int(port)
        assert labels["hub.jupyter.org/network-access-hub"] == "true"


def test_programs_understand_their_environment(
    manifests: list[Manifest], settings: dict[str, str], values: Manifest
) -> None:
    """The service and the room read from their pods' environment where to listen and for whom."""
    found = pods(manifests)
    service = environment(found["practicum-service"], settings)
    room = hub_place(environment(found["practicum-room"], settings))
    lab = environment(found["practicum-lab"], settings)

    assert address_of(service) == ("0.0.0.0", 8090)  # noqa: S104 (read, not bound)
    assert (room.host, room.port, room.prefix) == ("0.0.0.0", 8091, "/services/review/")  # noqa: S104 (as above)
    assert (room.client, room.token) == ("service-review", "from-a-secret")
    assert service["JUPYTERHUB_API_URL"] == room.api == "http://hub:8081/hub/api"
    assert lab["JUPYTERHUB_SERVICE_NAME"] in values["hub"]["services"]
    assert lab["JUPYTERHUB_SERVICE_PREFIX"] == "/services/practicum-sample/"
    assert lab["JUPYTERHUB_USER"] == "grader-practicum-sample"
    assert lab["PRACTICUM_SERVICE_URL"] == "http://practicum-service:8090/services/practicum"


def test_tokens_are_those_that_the_hub_reads(manifests: list[Manifest], values: Manifest) -> None:
    """A service's token lies in the Secret of the hub, under the key by which the chart reads."""
    for name, which in SERVICES.items():
        (container,) = pods(manifests)[f"practicum-{which}"]["spec"]["containers"]
        (token,) = (one for one in container["env"] if one["name"] == "JUPYTERHUB_API_TOKEN")
        reference = token["valueFrom"]["secretKeyRef"]
        assert reference["name"] == values["hub"]["existingSecret"]
        # The lab's key cannot hold the course's id, so the token has a second name.
        usual = f"hub.services.{name}.apiToken"
        assert reference["key"] == ("lab-token" if which == "lab" else usual)


def test_pods_are_locked(manifests: list[Manifest]) -> None:
    """No pod runs as root, gains rights, writes to its image or may ask the cluster."""
    for pod in pods(manifests).values():
        spec = pod["spec"]
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert spec["automountServiceAccountToken"] is False
        for container in spec["containers"]:
            assert container["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            assert container["resources"]["limits"]["memory"]
            mounted = {mount["name"] for mount in container["volumeMounts"]}
            assert mounted <= {volume["name"] for volume in spec["volumes"]} | {"data"}


def test_selectors_select(manifests: list[Manifest]) -> None:
    """What selects our pods, a policy's sides included, finds at least one of them."""
    labels = [pod["metadata"]["labels"] for pod in pods(manifests).values()]
    wanted = [
        one["spec"]["selector"]["matchLabels"]
        for one in of_kind(manifests, "Deployment", "StatefulSet").values()
    ]
    for policy in of_kind(manifests, "NetworkPolicy").values():
        spec = policy["spec"]
        rules = [
            side
            for direction, way in (("ingress", "from"), ("egress", "to"))
            for rule in spec.get(direction, [])
            for side in rule.get(way, [])
        ]
        selectors = [spec["podSelector"], *(rule.get("podSelector") for rule in rules)]
        wanted += [selector["matchLabels"] for selector in selectors if selector]

    chart = ("app", "app.kubernetes.io/name")
    for selector in wanted:
        foreign = selector.get(chart[0]) == "jupyterhub" or selector.get(chart[1]) == "dask-gateway"
        assert foreign or any(selector.items() <= found.items() for found in labels), selector


def test_users_reach_the_course_service_alone(manifests: list[Manifest], values: Manifest) -> None:
    """Of our pods, students' servers may speak to the course service only."""
    (rule,) = values["singleuser"]["networkPolicy"]["egress"]
    (side,) = rule["to"]
    assert side["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "practicum-service"}

    for name, policy in of_kind(manifests, "NetworkPolicy").items():
        asked = [
            side.get("podSelector", {}).get("matchLabels", {}).get("component")
            for rule in policy["spec"].get("ingress", [])
            for side in rule["from"]
        ]
        assert ("singleuser-server" in asked) == (name == "practicum-service")


def test_no_manifest_is_a_secret() -> None:
    """No file of deploy/ holds a Secret: a command makes them."""
    for file in KUBERNETES.rglob("*.yaml"):
        for document in yaml.safe_load_all(file.read_text(encoding="utf-8")):
            assert document.get("kind") != "Secret"


def render(folder: Path, *, box: bool) -> list[Manifest]:
    """Return what kubectl makes of a copy of deploy/kubernetes."""
    shutil.copytree(KUBERNETES, folder / "k")
    page = folder / "k" / "kustomization.yaml"
    if box:
        text = page.read_text(encoding="utf-8")
        text = text.replace("# components:", "components:").replace("#   - box #", "  - box #")
        page.write_text(text, encoding="utf-8")
    command = ["kubectl", "kustomize", str(folder / "k")]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    return list(yaml.safe_load_all(run.stdout))


@needs_kubectl
@pytest.mark.parametrize("box", [False, True])
def test_kustomize_renders(tmp_path: Path, *, box: bool) -> None:
    """Namespace, image and settings come in, and the box where it is asked for."""
    rendered = render(tmp_path, box=box)

    assert {one["metadata"]["namespace"] for one in rendered} == {"practicum"}
    spec = pods(rendered)["practicum-service"]["spec"]
    assert spec["containers"][0]["image"].startswith("registry.example/practicum-course:")
    assert spec.get("hostUsers", True) is not box
    settings = spec["containers"][0]["envFrom"][0]["configMapRef"]["name"]
    assert of_kind(rendered, "ConfigMap")[settings]["data"]["COURSE_ID"] == "practicum-sample"


@needs_kubectl
def test_manifests_fit_the_schemas(tmp_path: Path) -> None:
    """Each manifest is one that Kubernetes would take, without a key that it does not know."""
    validate = pytest.importorskip("kubernetes_validate", reason="it has Kubernetes' schemas")

    for document in render(tmp_path, box=True):
        validate.validate(document, "1.33", strict=True)
