"""docker-compose.yml and the Dockerfile. No container engine runs here, so each claim that they make is checked by itself:
the form, every setting's name, the versions against the locked clients, and every command as a process."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from ipaddress import ip_address, ip_network
from pathlib import Path

import jsonschema
import pytest
import yaml

from tests.house.tree import ROOT, pyproject, text

COMPOSE = yaml.safe_load(text(ROOT / "docker-compose.yml"))
SCHEMA = json.loads(text(ROOT / "tests" / "house" / "compose.schema.json"))
SERVICES = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]


def test_the_file_has_the_form_of_a_compose_file():
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.Draft202012Validator(SCHEMA).validate(COMPOSE)


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (("services", "app", "comand"), ["serve"]),
        (("services", "app", "restart"), "sometimes"),
        (("services", "app", "ports"), [{"8080": 8080}]),
        (("services", "app", "environment", "LAMRO_PORT"), {"a": 1}),
        (("services", "app", "healthcheck", "interval"), "soon"),
        (("services", "postgres", "image"), "postgres"),
        (("services", "postgres", "image"), "postgres:latest"),
        (("services", "worker-scale", "deploy", "replicas"), "many"),
        (("services", "caddy", "networks", "front", "ipv4_address"), "caddy"),
        (("services", "scheduler", "depends_on"), {"app": {"condition": "service_well"}}),
        (("volumes", "home"), []),
        (("sevices",), {}),
    ],
)  # fmt: skip
def test_the_schema_sees_a_fault(path, wrong):
    broken = json.loads(json.dumps(COMPOSE))
    place = broken
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = wrong
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(broken)


def test_what_is_named_exists():
    for name, service in SERVICES.items():
        for volume in service.get("volumes", []):
            assert volume.split(":")[0] in COMPOSE["volumes"], name
        for network in service.get("networks", []):
            assert network in COMPOSE["networks"], name
        for other in service.get("depends_on", {}):
            assert set(SERVICES[other]["profiles"]) >= set(service["profiles"]), (
                f"{name} waits for {other} of another profile"
            )
            assert "healthcheck" in SERVICES[other], other


def _profile(name: str) -> set[str]:
    return {service for service, body in SERVICES.items() if name in body["profiles"]}


def test_the_profiles_hold_what_they_promise():
    assert _profile("default") == {"app", "scheduler"}
    assert _profile("scale") == {
        "app-scale",
        "scheduler-scale",
        "worker-scale",
        "postgres",
        "elasticsearch",
        "caddy",
    }
    assert re.search(r"^COMPOSE_PROFILES=default$", text(ROOT / ".env"), re.M)
    assert all("healthcheck" in service for service in SERVICES.values())


def test_only_caddy_is_published_beyond_this_machine():
    for name, service in SERVICES.items():
        if name == "caddy":
            assert service["ports"] == ["80:80", "443:443"]
            continue
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), name
    assert "ports" not in SERVICES["postgres"] | SERVICES["elasticsearch"]
    assert "ports" not in SERVICES["app-scale"], "the app of this profile is reached through Caddy"
    assert COMPOSE["networks"]["stores"] == {"internal": True}


def test_the_app_believes_caddy_alone_about_who_asks():
    address = SERVICES["caddy"]["networks"]["front"]["ipv4_address"]
    settings = SERVICES["app-scale"]["environment"]
    assert settings["LAMRO_TRUSTED_PROXY"] == address
    (subnet,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    assert ip_address(address) in ip_network(subnet["subnet"])
    assert settings["LAMRO_SECURE_COOKIES"] == "true"
    command = SERVICES["caddy"]["command"]
    assert command[command.index("--to") + 1] == f"app-scale:{settings['LAMRO_PORT']}"
    assert command[command.index("--from") + 1] in settings["LAMRO_TRUSTED_HOSTS"]
    assert SERVICES["worker-scale"]["volumes"] == SERVICES["app-scale"]["volumes"], "one folder of captures"


def test_every_setting_is_a_real_one_and_is_taken(tmp_path):
    from config.settings import Settings

    known = {f"LAMRO_{name.upper()}" for name in Settings.model_fields}
    for name, service in SERVICES.items():
        settings = {
            key: value for key, value in service.get("environment", {}).items() if key.startswith("LAMRO_")
        }
        assert set(settings) <= known, name
        if name in OURS:
            environment = {
                key: re.sub(r"\$\{[A-Z_]+:-(\w*)\}", lambda found: found[1] or "matkhau", str(value))
                for key, value in settings.items()
            }
            program = "from config.settings import load; s = load(); print(s.home, s.port, s.search_backend)"
            done = subprocess.run(
                [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, env={**os.environ, **environment}
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            home, port, backend = done.stdout.split()
            assert home == "/var/lib/lamro"
            assert (port, backend) == ("8080", "elasticsearch" if name.endswith("scale") else "fts5")


def test_every_variable_from_the_shell_is_explained_at_the_top():
    content = text(ROOT / "docker-compose.yml")
    head = content[: content.index("\nname:")]
    assert all(name in head for name in re.findall(r"(?<!\$)\$\{([A-Z_]+)", content))


@pytest.mark.parametrize("name", OURS)
def test_every_command_is_a_real_one(name):
    """`--help` after the arguments: a wrong command or option ends with 2 before help is shown."""
    command = SERVICES[name]["command"]
    done = subprocess.run(
        [Path(sys.executable).with_name("lamro"), *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert f"lamro {command[0]}" in done.stdout
    test = SERVICES[name]["healthcheck"]["test"]
    if test[1] == "lamro":
        subprocess.run(
            [Path(sys.executable).with_name("lamro"), *test[2:], "--help"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        )
    else:
        assert test[:3] == ["CMD", "python", "-c"]
        compile(test[3], "healthcheck", "exec")


def _locked(package: str) -> str:
    found = re.search(rf"^{re.escape(package)}==([\d.]+)", text(ROOT / "requirements.lock"), re.M)
    assert found, package
    return found[1]


def test_the_search_server_is_of_the_locked_clients_minor():
    image = SERVICES["elasticsearch"]["image"]
    assert image.startswith("docker.elastic.co/elasticsearch/elasticsearch:8.19.13")
    assert image.split(":")[1].split(".")[:2] == _locked("elasticsearch").split(".")[:2]


def test_postgresql_is_the_promised_one():
    assert re.fullmatch(r"postgres:16(\.\d+)?-bookworm", SERVICES["postgres"]["image"])
    assert SERVICES["app-scale"]["environment"]["LAMRO_DATABASE_URL"].startswith(
        "postgresql+psycopg://lamro:"
    )


DOCKERFILE = text(ROOT / "Dockerfile")


def test_the_image_is_built_of_locked_wheels_and_does_not_run_as_root():
    assert "--require-hashes --only-binary :all: -r requirements.lock" in DOCKERFILE
    assert "--no-build-isolation --no-deps --no-index ." in DOCKERFILE
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.M)
    assert bases == ["python:3.11-slim-bookworm"] * 2
    last_stage = DOCKERFILE[DOCKERFILE.rindex("FROM ") :]
    assert re.findall(r"^USER (\S+)", last_stage, re.M) == ["lamro"]
    assert re.search(r'^ENTRYPOINT \["lamro"\]$', last_stage, re.M)
    assert not re.search(r"^(?:RUN|COPY|ADD) ", last_stage[last_stage.index("USER lamro") :], re.M)
    assert "ADD " not in DOCKERFILE


def test_what_is_taken_out_of_the_image_is_what_only_work_needs():
    removed = re.findall(r"uninstall --yes \\\n\s+(.+)", DOCKERFILE)[0].split()
    project = pyproject()["project"]
    work = {re.findall(r"^[A-Za-z0-9_-]+", line)[0] for line in project["optional-dependencies"]["dev"]}
    run = {re.findall(r"^[A-Za-z0-9_-]+", line)[0].lower() for line in project["dependencies"]}
    assert not set(removed) & run
    assert set(removed) <= work | {"playwright", "pip"}
    for name in set(removed) - {"pip"}:
        assert _locked(name)


def test_the_build_sees_all_that_it_copies():
    ignored = text(ROOT / ".dockerignore").splitlines()
    assert ignored[1] == "*"
    kept = {line[1:] for line in ignored if line.startswith("!")}
    assert kept >= {
        "core",
        "crawlers",
        "indexer",
        "review_app",
        "alerts",
        "config",
        "pyproject.toml",
        "requirements.lock",
        "README.md",
        "LICENSE",
    }
    assert all((ROOT / name).exists() for name in kept)
