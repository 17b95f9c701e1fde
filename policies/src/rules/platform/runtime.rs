//! The language a container's program is written in: declared, else known by workload, else told by its environment.

use crate::inventory::Inventory;
use crate::object::{Container, Object, Pod, Role};

/// A run time the rules know how to tune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Runtime {
    Go,
    Jvm,
}

/// A label or annotation of the object or its pod; `.<container>` after it speaks of one container.
const KEY: &str = "lint.traffictacos.store/runtime";

/// The containers of an object that run on a run time, each with its pod.
pub(super) fn containers_on<'a>(
    runtime: Runtime,
    object: &'a Object,
    inventory: &'a Inventory,
) -> impl Iterator<Item = (Pod<'a>, Container<'a>)> {
    object.pods().flat_map(move |pod| {
        let containers = pod.containers();
        let on_it = containers.filter(move |container| runtime_of(&pod, container, inventory) == Some(runtime));
        on_it.map(move |container| (pod, container))
    })
}

fn runtime_of(pod: &Pod<'_>, container: &Container<'_>, inventory: &Inventory) -> Option<Runtime> {
    match declared(pod, container) {
        Some("go") => Some(Runtime::Go),
        Some("jvm") => Some(Runtime::Jvm),
        Some(_) => None,
        None => by_workload(pod, container, inventory).or_else(|| by_evidence(container)),
    }
}

/// What the object says of the container, or of its pod: then of the regular containers, as helpers are often others' work.
fn declared<'a>(pod: &Pod<'a>, container: &Container<'a>) -> Option<&'a str> {
    let object = pod.object();
    let places = [pod.annotations(), pod.labels(), object.at("metadata/annotations"), object.at("metadata/labels")];
    let of_container = places.iter().flat_map(|place| place.entries()).find_map(|(key, value)| {
        let name = key.strip_prefix(KEY)?.strip_prefix('.')?;
        value.as_str().filter(|_| name == container.name())
    });
    let of_pod = || places.iter().find_map(|place| place.get(KEY).as_str());
    of_container.or_else(|| (container.role() == Role::Regular).then(of_pod)?)
}

fn by_workload(pod: &Pod<'_>, container: &Container<'_>, inventory: &Inventory) -> Option<Runtime> {
    let name = pod.object().name();
    let runtimes = &inventory.cluster().runtimes;
    let runtime = match () {
        () if runtimes.go.iter().any(|workload| workload == name) => Runtime::Go,
        () if runtimes.jvm.iter().any(|workload| workload == name) => Runtime::Jvm,
        () => return None,
    };
    let is_main = container.name() == name || pod.regular_containers().count() == 1;
    (container.role() == Role::Regular && is_main).then_some(runtime)
}

fn by_evidence(container: &Container<'_>) -> Option<Runtime> {
    container.at("env").items().find_map(|variable| match variable.at("name").as_str()? {
        "GOMEMLIMIT" | "GOGC" | "GODEBUG" => Some(Runtime::Go),
        "JAVA_TOOL_OPTIONS" | "JDK_JAVA_OPTIONS" => Some(Runtime::Jvm),
        _ => None,
    })
}
