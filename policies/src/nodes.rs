//! Which NodePools may run a pod: Karpenter's own rule, as far as manifests show it.

use smallvec::SmallVec;

use crate::object::{Field, Object, Pod};

/// The label by which Karpenter tells spot nodes from others.
pub const CAPACITY_TYPE: &str = "karpenter.sh/capacity-type";

/// Groups of labels that Karpenter and its cloud provider give every node, so that a pool which does not mention one leaves
/// its value open.
const WELL_KNOWN: [&str; 5] =
    ["karpenter.sh/", "karpenter.k8s.aws/", "topology.kubernetes.io/", "topology.k8s.aws/", "node.kubernetes.io/"];

/// A NodePool of Karpenter.
///
/// Source: [NodePools](https://karpenter.sh/docs/concepts/nodepools/) and
/// [scheduling](https://karpenter.sh/docs/concepts/scheduling/). Sizes of instances are not compared.
#[derive(Clone, Copy, Debug)]
pub struct NodePool<'a> {
    object: &'a Object,
}

/// A condition on the value of a label.
#[derive(Clone, Copy, Debug)]
enum Demand<'a> {
    /// One value.
    Is(&'a str),
    /// An expression of an affinity, or a requirement of a pool.
    Expression(Field<'a>),
}

impl<'a> Demand<'a> {
    fn allows(&self, value: &str) -> bool {
        let Self::Expression(expression) = self else { return matches!(self, Self::Is(only) if *only == value) };
        let mut values = expression.at("values").items().filter_map(|value| value.as_str());
        let mut compares = |holds: fn(i64, i64) -> bool| {
            let bound = values.next().and_then(|bound| bound.parse().ok());
            bound.zip(value.parse().ok()).is_some_and(|(bound, value)| holds(value, bound))
        };
        match expression.at("operator").as_str() {
            Some("In") => values.any(|other| other == value),
            Some("NotIn") => !values.any(|other| other == value),
            Some("DoesNotExist") => false,
            Some("Gt") => compares(|value, bound| value > bound),
            Some("Lt") => compares(|value, bound| value < bound),
            Some("Gte") => compares(|value, bound| value >= bound),
            Some("Lte") => compares(|value, bound| value <= bound),
            _ => true,
        }
    }

    /// The values it names, if it allows no others.
    fn values(&self) -> Option<SmallVec<[&'a str; 4]>> {
        match self {
            Self::Is(value) => Some(SmallVec::from_slice(&[*value])),
            Self::Expression(field) if field.at("operator").as_str() == Some("In") => {
                Some(field.at("values").items().filter_map(|value| value.as_str()).collect())
            }
            Self::Expression(_) => None,
        }
    }

    /// Whether a node without the label fulfils it.
    fn allows_none(&self) -> bool {
        matches!(self, Self::Expression(field) if matches!(field.at("operator").as_str(), Some("NotIn" | "DoesNotExist")))
    }
}

type Demands<'a> = SmallVec<[(&'a str, Demand<'a>); 8]>;

impl<'a> NodePool<'a> {
    /// A NodePool object as such.
    pub fn new(object: &'a Object) -> Self {
        Self { object }
    }

    /// The object.
    pub fn object(&self) -> &'a Object {
        self.object
    }

    /// How long its nodes wait for their pods when they go.
    pub fn grace(&self) -> Field<'a> {
        self.object.at("spec/template/spec/terminationGracePeriod")
    }

    /// Whether it may launch a node for a pod.
    pub fn accepts(&self, pod: &Pod<'a>) -> bool {
        self.accepts_with(pod, &[])
    }

    /// Whether it may launch a spot node for a pod. A pool that says nothing of capacity types may launch any.
    pub fn accepts_on_spot(&self, pod: &Pod<'a>) -> bool {
        self.accepts_with(pod, &[(CAPACITY_TYPE, Demand::Is("spot"))])
    }

    fn accepts_with(&self, pod: &Pod<'a>, more: &[(&'a str, Demand<'a>)]) -> bool {
        let selected = pod.at("nodeSelector").entries();
        let selected = selected.filter_map(|(key, value)| Some((key, Demand::Is(value.as_str()?))));
        let always: Demands<'a> = selected.chain(more.iter().copied()).collect();
        let affinity = pod.at("affinity/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution");
        let mut terms = affinity.at("nodeSelectorTerms").items().peekable();
        let fits = |term: Option<Field<'a>>| {
            let expressions = term.into_iter().flat_map(|term| term.at("matchExpressions").items());
            let demands = expressions.filter_map(|it| Some((it.at("key").as_str()?, Demand::Expression(it))));
            let all: Demands<'a> = always.iter().copied().chain(demands).collect();
            all.iter().all(|(key, _)| self.may_fulfil(key, &all))
        };
        let is_affine = if terms.peek().is_none() { fits(None) } else { terms.any(|term| fits(Some(term))) };
        is_affine && self.object.at("spec/template/spec/taints").items().all(|taint| is_tolerated(taint, pod))
    }

    /// Whether some value of a label fulfils the pod and the pool.
    fn may_fulfil(&self, key: &str, demands: &Demands<'a>) -> bool {
        let template = self.object.at("spec/template");
        let labels = template.at("metadata/labels").entries();
        let labels = labels.filter_map(|(key, value)| Some((key, Demand::Is(value.as_str()?))));
        let requirements = template.at("spec/requirements").items();
        let requirements = requirements.filter_map(|it| Some((it.at("key").as_str()?, Demand::Expression(it))));
        let own: Demands<'a> =
            labels.chain(requirements).filter(|(name, _)| successor(name) == successor(key)).collect();
        let wanted = || demands.iter().filter(|(name, _)| successor(name) == successor(key)).map(|(_, demand)| demand);
        if own.is_empty() && !is_well_known(key) {
            return wanted().all(Demand::allows_none);
        }
        let all = || own.iter().map(|(_, demand)| demand).chain(wanted());
        match all().find_map(Demand::values) {
            Some(values) => values.iter().any(|value| all().all(|demand| demand.allows(value))),
            None => true,
        }
    }
}

/// The label that has taken the place of an older one.
fn successor(key: &str) -> &str {
    match key {
        "failure-domain.beta.kubernetes.io/zone" => "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region" => "topology.kubernetes.io/region",
        "beta.kubernetes.io/instance-type" => "node.kubernetes.io/instance-type",
        "beta.kubernetes.io/arch" => "kubernetes.io/arch",
        "beta.kubernetes.io/os" => "kubernetes.io/os",
        key => key,
    }
}

fn is_well_known(key: &str) -> bool {
    let key = successor(key);
    matches!(key, "kubernetes.io/arch" | "kubernetes.io/os" | "kubernetes.io/hostname")
        || WELL_KNOWN.iter().any(|group| key.starts_with(group))
}

fn is_tolerated(taint: Field<'_>, pod: &Pod<'_>) -> bool {
    let effect = text(taint, "effect");
    effect == "PreferNoSchedule"
        || pod.at("tolerations").items().any(|toleration| {
            let (key, reach) = (text(toleration, "key"), text(toleration, "effect"));
            let is_any = text(toleration, "operator") == "Exists";
            (reach.is_empty() || reach == effect)
                && (key == text(taint, "key") || key.is_empty() && is_any)
                && (is_any || text(toleration, "value") == text(taint, "value"))
        })
}

fn text<'a>(field: Field<'a>, key: &'a str) -> &'a str {
    field.at(key).as_str().unwrap_or_default()
}
