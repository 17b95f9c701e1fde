//! One verdict offline and at admission: the linter sees what the author wrote, the webhook sees it with the API's defaults.

#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use policies::tree::Source;
use policies::{Family, Kind, Meta, Object, Options, Policy, PolicyFile, Profile, objects, rules, source};
use serde_json::{Value, json};

/// Only the author's text can decide these: the first learns it at admission from `last-applied-configuration`, or says it
/// cannot; the second has a parameter that asks for it.
const AUTHORS_TEXT_ONLY: [&str; 2] = ["autoscaler-and-static-replicas", "image-pull-policy-not-always"];

/// Sets a field unless it is there: what a defaulting function of the API server does.
fn default(object: &mut Value, key: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        let slot = fields.entry(key).or_insert(Value::Null);
        if slot.is_null() {
            *slot = value;
        }
    }
}

/// The object as the API server keeps it.
///
/// Source: the `zz_generated.defaults.go` of the core, apps, batch, autoscaling, networking and policy groups at v1.33.
fn defaulted(mut object: Value) -> Value {
    let kind = object["kind"].as_str().unwrap_or_default().to_owned();
    match kind.as_str() {
        "Pod" => pod(&mut object["spec"], "Always", true),
        "Deployment" => {
            let spec = &mut object["spec"];
            default(spec, "replicas", json!(1));
            default(spec, "revisionHistoryLimit", json!(10));
            default(spec, "progressDeadlineSeconds", json!(600));
            default(spec, "strategy", json!({}));
            default(&mut spec["strategy"], "type", json!("RollingUpdate"));
            if spec["strategy"]["type"] == "RollingUpdate" {
                default(&mut spec["strategy"], "rollingUpdate", json!({}));
                default(&mut spec["strategy"]["rollingUpdate"], "maxUnavailable", json!("25%"));
                default(&mut spec["strategy"]["rollingUpdate"], "maxSurge", json!("25%"));
            }
            pod(&mut spec["template"]["spec"], "Always", false);
        }
        "StatefulSet" => {
            let spec = &mut object["spec"];
            default(spec, "replicas", json!(1));
            default(spec, "podManagementPolicy", json!("OrderedReady"));
            default(spec, "updateStrategy", json!({}));
            default(&mut spec["updateStrategy"], "type", json!("RollingUpdate"));
            pod(&mut spec["template"]["spec"], "Always", false);
        }
        "DaemonSet" => {
            let spec = &mut object["spec"];
            default(spec, "updateStrategy", json!({}));
            default(&mut spec["updateStrategy"], "type", json!("RollingUpdate"));
            if spec["updateStrategy"]["type"] == "RollingUpdate" {
                default(&mut spec["updateStrategy"], "rollingUpdate", json!({}));
                default(&mut spec["updateStrategy"]["rollingUpdate"], "maxUnavailable", json!(1));
                default(&mut spec["updateStrategy"]["rollingUpdate"], "maxSurge", json!(0));
            }
            pod(&mut spec["template"]["spec"], "Always", false);
        }
        "ReplicaSet" => {
            default(&mut object["spec"], "replicas", json!(1));
            pod(&mut object["spec"]["template"]["spec"], "Always", false);
        }
        "Job" => pod(&mut object["spec"]["template"]["spec"], "Always", false),
        "CronJob" => {
            let spec = &mut object["spec"];
            default(spec, "concurrencyPolicy", json!("Allow"));
            default(spec, "suspend", json!(false));
            pod(&mut spec["jobTemplate"]["spec"]["template"]["spec"], "Always", false);
        }
        "Service" if object["apiVersion"] == "v1" => service(&mut object["spec"]),
        "HorizontalPodAutoscaler" => {
            let spec = &mut object["spec"];
            default(spec, "minReplicas", json!(1));
            let cpu = json!({"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 80}});
            default(spec, "metrics", json!([{"type": "Resource", "resource": cpu}]));
        }
        "NetworkPolicy" => {
            let spec = &mut object["spec"];
            let types = if spec["egress"].is_array() { json!(["Ingress", "Egress"]) } else { json!(["Ingress"]) };
            default(spec, "policyTypes", types);
        }
        _ => {}
    }
    object
}

fn pod(spec: &mut Value, restart: &str, is_pod: bool) {
    if !spec.is_object() {
        return;
    }
    // A Job's template keeps what its author wrote, and the API refuses one that wrote nothing.
    default(spec, "restartPolicy", json!(restart));
    default(spec, "dnsPolicy", json!("ClusterFirst"));
    default(spec, "terminationGracePeriodSeconds", json!(30));
    default(spec, "schedulerName", json!("default-scheduler"));
    default(spec, "securityContext", json!({}));
    if let Some(account) = spec.get("serviceAccountName").cloned() {
        default(spec, "serviceAccount", account);
    } else if let Some(account) = spec.get("serviceAccount").cloned() {
        default(spec, "serviceAccountName", account);
    }
    for list in ["initContainers", "containers", "ephemeralContainers"] {
        spec[list].as_array_mut().into_iter().flatten().for_each(|one| container(one, is_pod));
        if spec[list].is_null()
            && let Some(fields) = spec.as_object_mut()
        {
            fields.remove(list);
        }
    }
    for volume in spec.get_mut("volumes").and_then(Value::as_array_mut).into_iter().flatten() {
        if volume.as_object().is_some_and(|fields| fields.len() == 1) {
            default(volume, "emptyDir", json!({}));
        }
        for part in volume.pointer_mut("/projected/sources").and_then(Value::as_array_mut).into_iter().flatten() {
            if part["serviceAccountToken"].is_object() {
                default(&mut part["serviceAccountToken"], "expirationSeconds", json!(3600));
            }
        }
    }
}

fn container(container: &mut Value, is_pod: bool) {
    let image = container["image"].as_str().unwrap_or_default().to_owned();
    let last = image.rsplit('/').next().unwrap_or_default();
    let is_latest = !image.contains('@') && (!last.contains(':') || last.ends_with(":latest"));
    default(container, "imagePullPolicy", json!(if is_latest { "Always" } else { "IfNotPresent" }));
    default(container, "terminationMessagePath", json!("/dev/termination-log"));
    default(container, "resources", json!({}));
    for port in container.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        default(port, "protocol", json!("TCP"));
    }
    for name in ["livenessProbe", "readinessProbe", "startupProbe"] {
        let Some(probe) = container.get_mut(name).filter(|probe| probe.is_object()) else { continue };
        for (key, value) in
            [("periodSeconds", 10), ("timeoutSeconds", 1), ("successThreshold", 1), ("failureThreshold", 3)]
        {
            default(probe, key, json!(value));
        }
        if probe["httpGet"].is_object() {
            default(&mut probe["httpGet"], "scheme", json!("HTTP"));
            default(&mut probe["httpGet"], "path", json!("/"));
        }
    }
    let limits = container.pointer("/resources/limits").and_then(Value::as_object).cloned().unwrap_or_default();
    if is_pod && !limits.is_empty() {
        default(&mut container["resources"], "requests", json!({}));
        limits.into_iter().for_each(|(name, value)| default(&mut container["resources"]["requests"], &name, value));
    }
}

fn service(spec: &mut Value) {
    default(spec, "type", json!("ClusterIP"));
    default(spec, "sessionAffinity", json!("None"));
    for port in spec.get_mut("ports").and_then(Value::as_array_mut).into_iter().flatten() {
        default(port, "protocol", json!("TCP"));
        let number = port["port"].clone();
        default(port, "targetPort", number);
    }
}

/// Rule, object and container of everything found. Path and message may differ: they show what stands there.
fn verdict(policy: &Policy, manifests: &[Value]) -> BTreeSet<(String, String, Option<String>)> {
    let text: String = manifests.iter().map(|manifest| format!("{manifest}\n")).collect();
    let mut inventory = policy.inventory();
    let objects: Vec<Object> = objects(source::read(&Source::new("x.json", text))).objects;
    objects.into_iter().for_each(|object| drop(inventory.apply(object)));
    let findings = inventory.objects().flat_map(|object| policy.evaluate(object, &inventory).findings);
    findings
        .map(|finding| {
            let object = finding.object.map(|object| object.to_string()).unwrap_or_default();
            (finding.rule.name.to_owned(), object, finding.container)
        })
        .collect()
}

fn manifests(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    objects(source::read(&Source::new("x.yaml", text))).objects.iter().map(Object::to_json).collect()
}

fn compare(policy: &Policy, name: &str, manifests: &[Value], faults: &mut String) {
    let written = verdict(policy, manifests);
    let kept: Vec<Value> = manifests.iter().cloned().map(defaulted).collect();
    let kept = verdict(policy, &kept);
    let written_only = written.difference(&kept).map(|one| ("written", one));
    let kept_only = kept.difference(&written).map(|one| ("defaulted", one));
    for (form, (rule, object, container)) in written_only.chain(kept_only) {
        if !AUTHORS_TEXT_ONLY.contains(&rule.as_str()) {
            let _ = writeln!(faults, "{name}: only as {form}: {rule} of {object}, {container:?}");
        }
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

#[test]
fn defaults_change_no_verdict() {
    let mut faults = String::new();
    for definition in rules::all() {
        let rule = definition.meta.name;
        for file in ["fail.yaml", "pass.yaml"] {
            let path = root().join("fixtures").join(rule).join(file);
            let text = fs::read_to_string(&path).expect("a fixture");
            let line = |prefix: &str| text.lines().find_map(|line| line.strip_prefix(prefix)).unwrap_or("{}");
            let text = format!("rules:\n  {rule}: {}\ncluster: {}\n", line("# rule: "), line("# cluster: "));
            let settings = PolicyFile::parse(&Source::new("policy.yaml", text)).expect("settings");
            let profile = Some(definition.meta.profile.max(Profile::Platform));
            let options = Options { only: vec![rule.to_owned()], profile, ..Options::default() };
            let policy = Policy::new(vec![settings], &options).expect("a policy");
            compare(&policy, &format!("{rule}/{file}"), &manifests(&path), &mut faults);
        }
    }
    assert!(faults.is_empty(), "\n{faults}");
}

/// The Pod a controller makes from the template of a workload.
fn pod_of(workload: &Value) -> Option<Value> {
    let template = workload.pointer("/spec/template")?;
    matches!(workload["kind"].as_str(), Some("Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")).then(|| {
        let mut metadata = template.get("metadata").cloned().unwrap_or_else(|| json!({}));
        metadata["name"] = workload["metadata"]["name"].clone();
        if let Some(namespace) = workload["metadata"].get("namespace") {
            metadata["namespace"] = namespace.clone();
        }
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]})
    })
}

#[test]
fn a_template_and_the_pod_made_from_it_get_one_verdict() {
    let families = [Family::Images, Family::Resources, Family::Runtime, Family::Security];
    let about_pods = |meta: &Meta| families.contains(&meta.family) && meta.kinds == Kind::PODS;
    let mut faults = String::new();
    let mut compared = 0;
    for definition in rules::all().iter().filter(|definition| about_pods(definition.meta)) {
        let rule = definition.meta.name;
        let options = Options {
            only: vec![rule.to_owned()],
            profile: Some(definition.meta.profile.max(Profile::Platform)),
            no_suppressions: true,
            ..Options::default()
        };
        let policy = Policy::new(Vec::new(), &options).expect("a policy");
        for file in ["fail.yaml", "pass.yaml"] {
            let all = manifests(&root().join("fixtures").join(rule).join(file));
            for (index, workload) in all.iter().enumerate() {
                let Some(pod) = pod_of(workload) else { continue };
                let mut others = all.clone();
                others[index] = pod;
                let containers = |manifests: &[Value], at: usize| {
                    let name = manifests[at]["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                    let kind = manifests[at]["kind"].as_str().unwrap_or_default().to_owned();
                    let found = verdict(&policy, manifests).into_iter();
                    let own = found.filter(|(_, object, _)| *object == format!("{kind}/{name}"));
                    own.map(|(_, _, container)| container).collect::<BTreeSet<_>>()
                };
                let (template, pod) = (containers(&all, index), containers(&others, index));
                compared += 1;
                if template != pod {
                    let _ =
                        writeln!(faults, "{rule}/{file}, document {index}: {template:?} as template, {pod:?} as Pod");
                }
            }
        }
    }
    assert!(compared > 10, "only {compared} templates");
    assert!(faults.is_empty(), "\n{faults}");
}
