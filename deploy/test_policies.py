"""Tries the admission policies' expressions on the agent's own Job, and on Jobs and commands that must be refused.

Needs common-expression-language and pyyaml. Kubernetes' `authorizer` is stood in for by a Boolean, since it asks the API
server.
"""

import copy
import json
import pathlib

import cel
import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
AUTHORIZER = (
    "authorizer.group('k8s-mcp-agent').resource('modes').namespace('k8s-mcp-agent').name('operator').check('use').allowed()"
)


def policies():
    documents = yaml.safe_load_all((ROOT / "deploy/rbac/admission-policy.yaml").read_text())
    return {item["metadata"]["name"]: item["spec"] for item in documents if item["kind"] == "ValidatingAdmissionPolicy"}


def refusals(spec, thing, is_operator=False):
    """The messages of the expressions that are not true; one that cannot be evaluated refuses, as failurePolicy Fail does."""

    def value(expression, variables):
        return cel.evaluate(
            expression.replace(AUTHORIZER, "isOperator"), {"object": thing, "variables": variables, "isOperator": is_operator}
        )

    variables = {}
    found = []
    try:
        for variable in spec["variables"]:
            variables[variable["name"]] = value(variable["expression"], variables)
    except Exception as error:
        return [f"{variable['name']}: {error}"]
    for rule in spec["validations"]:
        try:
            if value(rule["expression"], variables) is not True:
                found.append(rule["message"])
        except Exception as error:
            found.append(f"{rule['message']} ({error})")
    return found


def changed(job, change):
    other = copy.deepcopy(job)
    change(other, other["spec"]["template"]["spec"], other["spec"]["template"]["spec"]["containers"][0])
    return other


CHANGES = {
    "image": lambda job, pod, agent: agent.update(image="docker.io/library/busybox"),
    "image of a longer name": lambda job, pod, agent: agent.update(image=agent["image"] + "-evil"),
    "tag of a longer name": lambda job, pod, agent: agent.update(image=agent["image"] + "-evil@sha256:00"),
    "repository of a longer name": lambda job, pod, agent: agent.update(image="ghcr.io/k8s-mcp-agent/k8s-mcp-agent-x@sha256:00"),
    "command": lambda job, pod, agent: agent.update(command=["/host/bin/sh"]),
    "no command": lambda job, pod, agent: agent.pop("command"),
    "arguments": lambda job, pod, agent: agent.update(args=["--x"]),
    "writable mount": lambda job, pod, agent: agent["volumeMounts"][0].update(readOnly=False),
    "mount without readOnly": lambda job, pod, agent: agent["volumeMounts"][0].pop("readOnly"),
    "mount elsewhere": lambda job, pod, agent: agent["volumeMounts"][0].update(mountPath="/"),
    "second mount": lambda job, pod, agent: agent["volumeMounts"].append({"name": "host", "mountPath": "/rw"}),
    "mount that reaches the node": lambda job, pod, agent: agent["volumeMounts"][0].update(mountPropagation="Bidirectional"),
    "other host path": lambda job, pod, agent: pod["volumes"][0]["hostPath"].update(path="/etc"),
    "secret volume": lambda job, pod, agent: pod["volumes"].append({"name": "s", "secret": {"secretName": "x"}}),
    "second container": lambda job, pod, agent: pod["containers"].append({"name": "b", "image": "busybox"}),
    "init container": lambda job, pod, agent: pod.update(initContainers=[{"name": "b", "image": "busybox"}]),
    "hook": lambda job, pod, agent: agent.update(lifecycle={"postStart": {"exec": {"command": ["/host/bin/sh"]}}}),
    "probe": lambda job, pod, agent: agent.update(livenessProbe={"exec": {"command": ["/host/bin/sh"]}}),
    "environment": lambda job, pod, agent: agent["env"].append({"name": "LD_PRELOAD", "value": "/host/tmp/x.so"}),
    "environment by reference": lambda job, pod, agent: agent.update(envFrom=[{"secretRef": {"name": "x"}}]),
    "host network": lambda job, pod, agent: pod.update(hostNetwork=True),
    "host port": lambda job, pod, agent: agent.update(ports=[{"containerPort": 80, "hostPort": 80}]),
    "GPUs": lambda job, pod, agent: agent["resources"]["limits"].update({"nvidia.com/gpu": "8"}),
    "GPUs as a request": lambda job, pod, agent: agent["resources"]["requests"].update({"nvidia.com/gpu": "8"}),
    "claim to a device": lambda job, pod, agent: pod.update(resourceClaims=[{"name": "g", "resourceClaimName": "g"}]),
    "claim of the container": lambda job, pod, agent: agent["resources"].update(claims=[{"name": "g"}]),
    "many processors": lambda job, pod, agent: agent["resources"]["limits"].update(cpu="64"),
    "many processors as a request": lambda job, pod, agent: agent["resources"]["requests"].update(cpu="64"),
    "much memory": lambda job, pod, agent: agent["resources"]["requests"].update(memory="512Gi"),
    "resources of the pod": lambda job, pod, agent: pod.update(resources={"requests": {"cpu": "64"}}),
    "priority class": lambda job, pod, agent: pod.update(priorityClassName="system-node-critical"),
    "priority": lambda job, pod, agent: pod.update(priority=2000001000),
    "service account": lambda job, pod, agent: pod.update(serviceAccountName="admin"),
    "token": lambda job, pod, agent: pod.update(automountServiceAccountToken=True),
    "no time to live": lambda job, pod, agent: job["spec"].pop("ttlSecondsAfterFinished"),
    "long deadline": lambda job, pod, agent: job["spec"].update(activeDeadlineSeconds=10**7),
    "many pods": lambda job, pod, agent: job["spec"].update(parallelism=50),
    "no mode": lambda job, pod, agent: job["metadata"]["labels"].pop("k8s-mcp-agent/mode"),
    "operator mode without the right": lambda job, pod, agent: job["metadata"]["labels"].update(
        {"k8s-mcp-agent/mode": "operator"}
    ),
}

# What the agent's own Job may also look like.
VARIANTS = {
    "digest behind the tag": lambda job, pod, agent: agent.update(image=agent["image"] + "@sha256:" + "0" * 64),
    "digest": lambda job, pod, agent: agent.update(image=agent["image"].removesuffix(":0.1.0") + "@sha256:" + "0" * 64),
    "no requests": lambda job, pod, agent: agent["resources"].pop("requests"),
    "small requests": lambda job, pod, agent: agent["resources"].update(requests={"cpu": "50m", "memory": "64Mi"}),
    "no resources": lambda job, pod, agent: agent.pop("resources"),
    "no priority class": lambda job, pod, agent: pod.update(priorityClassName=""),
    "mount without propagation": lambda job, pod, agent: agent["volumeMounts"][0].pop("mountPropagation"),
}

SESSIONS = [
    "/agent serve --mode read-only --idle-timeout 1800",
    "/agent serve --mode=read-only --idle-timeout=1800 --log-level debug --deadline 2.5",
    "/agent serve",
    "/agent doctor",
    "/agent doctor --deadline=10",
    "/agent hold --enter",
    "/agent hold --leave",
]

# Files and addresses of the caller's choice, and whatever else is not part of a session.
FOREIGN_OPTIONS = [
    ["--nvml-library", "/host/proc/1234/root/e.so"],
    ["--host-root", "/host/proc/1/root"],
    ["--kernel-log", "/host/etc/shadow"],
    ["--thresholds", "/host/etc/shadow"],
    ["--simulate", "/host/tmp/scenario.json"],
    ["--audit-log", "/host/dev/null"],
    ["--http", "0.0.0.0:80"],
    ["--http-tokens", "/host/etc/shadow"],
    ["--idle-timeout", "-1"],
    ["--log-level", "/host"],
    ["--mode", "root"],
]


def foreign_commands():
    for verb in ["serve", "doctor", "hold"]:
        for name, value in FOREIGN_OPTIONS:
            for options in [[name, value], [f"{name}={value}"], ["--mode", "read-only", name, value]]:
                yield ["/agent", verb, *options]
                yield ["/agent", verb, "--enter", *options]
    yield from (["/agent", "hold"], ["/agent", "hold", "--grace", "9"], ["/agent", "hold", "--enter", "--leave"])


def main():
    specs = policies()
    jobs = specs["k8s-mcp-agent-jobs"]
    job = json.loads((ROOT / "Tests/KubernetesLauncherTests/Golden/job.json").read_text())
    assert refusals(jobs, job) == [], refusals(jobs, job)
    for name, change in CHANGES.items():
        assert refusals(jobs, changed(job, change)), f"a changed Job passes: {name}"
    for name, change in VARIANTS.items():
        assert refusals(jobs, changed(job, change)) == [], (name, refusals(jobs, changed(job, change)))
    operator = changed(job, CHANGES["operator mode without the right"])
    assert refusals(jobs, operator, is_operator=True) == []

    execs = specs["k8s-mcp-agent-exec"]
    for command in map(str.split, SESSIONS):
        assert refusals(execs, {"command": command}) == [], (command, refusals(execs, {"command": command}))
    for command in foreign_commands():
        assert refusals(execs, {"command": command}, is_operator=True), command
    acting = ["/agent", "serve", "--mode", "operator"]
    assert refusals(execs, {"command": acting}) and refusals(execs, {"command": ["/agent", "serve", "--mode=operator"]})
    assert refusals(execs, {"command": acting}, is_operator=True) == []
    for command in [["/host/bin/sh"], ["/agent"], [], ["sh", "serve"], ["/agent", "connect", "x"], ["/agent", "call", "x"]]:
        assert refusals(execs, {"command": command}), command
    assert refusals(execs, {}), "no command"
    foreign = len(list(foreign_commands()))
    print(f"test_policies: {len(CHANGES)} changed Jobs and {foreign} commands are refused, the agent's own pass")


main()
