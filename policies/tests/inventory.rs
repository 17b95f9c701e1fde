//! The inventory answers from indexes what a look at every object would answer, however it was filled.

#![allow(clippy::expect_used, reason = "a test fails by panicking")]

use policies::tree::Source;
use policies::{Inventory, Kind, Object, Options, Policy, Selector, objects, source};
use proptest::prelude::*;

fn read(text: &str) -> Vec<Object> {
    objects(source::read(&Source::new("test.yaml", text))).objects
}

fn empty() -> Inventory {
    Policy::new(Vec::new(), &Options::default()).expect("the default policy").inventory()
}

fn filled(objects: &[Object]) -> Inventory {
    let mut inventory = empty();
    objects.iter().for_each(|object| drop(inventory.apply(object.clone())));
    inventory
}

fn label() -> impl Strategy<Value = String> {
    (prop::sample::select(vec!["app", "tier", "env"]), prop::sample::select(vec!["a", "b", "c"]))
        .prop_map(|(key, value)| format!("{key}: {value}"))
}

fn labels() -> impl Strategy<Value = String> {
    prop::collection::btree_map(
        prop::sample::select(vec!["app", "tier", "env"]),
        prop::sample::select(vec!["a", "b", "c"]),
        0..3,
    )
    .prop_map(|labels| labels.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", "))
}

fn expression() -> impl Strategy<Value = String> {
    let key = prop::sample::select(vec!["app", "tier", "env"]);
    let operator = prop::sample::select(vec!["In", "NotIn", "Exists", "DoesNotExist", "Odd"]);
    (key, operator, prop::collection::vec(prop::sample::select(vec!["a", "b", "c"]), 1..3)).prop_map(
        |(key, operator, values)| match operator {
            "Exists" | "DoesNotExist" => format!("{{key: {key}, operator: {operator}}}"),
            _ => format!("{{key: {key}, operator: {operator}, values: [{}]}}", values.join(", ")),
        },
    )
}

fn selector() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("{}".to_owned()),
        Just("null".to_owned()),
        (prop::option::of(label()), prop::collection::vec(expression(), 0..2)).prop_map(|(label, expressions)| {
            let label = label.map(|label| format!("matchLabels: {{{label}}}, ")).unwrap_or_default();
            format!("{{{label}matchExpressions: [{}]}}", expressions.join(", "))
        }),
    ]
}

fn manifest() -> impl Strategy<Value = String> {
    let namespace = prop::sample::select(vec!["x", "y"]);
    let name = prop::sample::select(vec!["one", "two", "three", "four"]);
    prop_oneof![
        (name.clone(), namespace.clone(), labels()).prop_map(|(name, namespace, labels)| format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
             spec: {{template: {{metadata: {{labels: {{{labels}}}}}, spec: {{serviceAccountName: {name}}}}}}}\n"
        )),
        (name.clone(), namespace.clone(), selector()).prop_map(|(name, namespace, selector)| format!(
            "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
             spec: {{selector: {selector}}}\n"
        )),
        (name.clone(), namespace.clone(), labels()).prop_map(|(name, namespace, labels)| format!(
            "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
             spec: {{selector: {{{labels}}}}}\n"
        )),
        (name.clone(), namespace, name).prop_map(|(name, namespace, target)| format!(
            "apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\nmetadata: {{name: {name}, namespace: {namespace}}}\n\
             spec: {{scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: {target}}}, maxReplicas: 3}}\n"
        )),
    ]
}

fn names<'a>(objects: impl Iterator<Item = &'a Object>) -> Vec<String> {
    let mut names: Vec<String> =
        objects.map(|object| format!("{}/{}", object.namespace(), object.reference())).collect();
    names.sort();
    names
}

/// Every answer of the inventory beside the answer of a look at all its objects.
fn check(inventory: &Inventory) -> Result<(), TestCaseError> {
    let all: Vec<&Object> = inventory.objects().map(AsRef::as_ref).collect();
    let of_kind = |kind: Kind| all.iter().copied().filter(move |object| object.kind() == kind);
    for budget in of_kind(Kind::PodDisruptionBudget) {
        let selector = Selector::new(budget.at("spec/selector"));
        let selects = |object: &&Object| {
            object.namespace() == budget.namespace() && object.pod().is_some_and(|pod| selector.matches(pod.labels()))
        };
        let found = inventory.selected_by(&selector, budget.namespace()).map(|pod| pod.object());
        prop_assert_eq!(names(found), names(all.iter().copied().filter(selects)));
    }
    for workload in of_kind(Kind::Deployment) {
        let pod = workload.pod().expect("a template");
        let near = |object: &&Object| object.namespace() == workload.namespace();
        let budgets = of_kind(Kind::PodDisruptionBudget).filter(near);
        let holds = |object: &&Object| Selector::new(object.at("spec/selector")).matches(pod.labels());
        prop_assert_eq!(names(inventory.budgets_of(&pod)), names(budgets.filter(holds)));
        let services = of_kind(Kind::Service).filter(near);
        let routes = |object: &&Object| Selector::map(object.at("spec/selector")).matches(pod.labels());
        prop_assert_eq!(names(inventory.services_selecting(&pod)), names(services.filter(routes)));
        let scalers = of_kind(Kind::HorizontalPodAutoscaler).filter(near);
        let scales = |object: &&Object| object.at("spec/scaleTargetRef/name").as_str() == Some(workload.name());
        prop_assert_eq!(names(inventory.autoscalers_of(workload)), names(scalers.filter(scales)));
        let runs = inventory.pods_running_as(workload.namespace(), workload.name()).map(|pod| pod.object());
        prop_assert_eq!(names(runs), names(std::iter::once(workload)));
    }
    Ok(())
}

proptest! {
    #[test]
    fn indexes_answer_like_a_look_at_everything(manifests in prop::collection::vec(manifest(), 0..12)) {
        check(&filled(&read(&manifests.join("---\n"))))?;
    }

    #[test]
    fn a_history_of_changes_leaves_no_trace(
        manifests in prop::collection::vec(manifest(), 1..12),
        removed in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        replaced in prop::sample::select(vec![Kind::Deployment, Kind::Service]),
    ) {
        let objects = read(&manifests.join("---\n"));
        let mut inventory = filled(&objects);
        for index in removed {
            inventory.remove(&index.get(&objects).reference());
        }
        check(&inventory)?;
        let listed: Vec<Object> = objects.iter().filter(|object| object.kind() == replaced).cloned().collect();
        inventory.replace(replaced, listed);
        check(&inventory)?;
        let expected = names(inventory.objects().map(AsRef::as_ref));
        let rest: Vec<Object> = inventory.objects().map(|object| object.as_ref().clone()).collect();
        prop_assert_eq!(names(filled(&rest).objects().map(AsRef::as_ref)), expected);
        prop_assert_eq!(inventory.len(), rest.len());
    }
}

#[test]
fn the_later_of_two_equal_names_takes_the_place_of_the_earlier() {
    let text =
        "apiVersion: v1\nkind: Service\nmetadata: {name: a}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: a}\n";
    let mut inventory = empty();
    let previous: Vec<bool> = read(text).into_iter().map(|object| inventory.apply(object).is_some()).collect();
    assert_eq!((previous, inventory.len()), (vec![false, true], 1));
}
