//! The other objects, asked in questions: every answer comes from an index, none from a scan of the world.

mod made;

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use smallvec::SmallVec;

pub(crate) use made::BUILT_IN_NAMESPACES;

use crate::cluster::Cluster;
use crate::kind::Kind;
use crate::object::{Container, Field, Object, ObjectRef, Pod};
use crate::quantity::Quantity;
use crate::scaling::{Replicas, ScaleTarget, Scaler};
use crate::selector::Selector;

/// All objects of a run, or of a cluster, indexed by what rules ask.
#[derive(Clone, Debug)]
pub struct Inventory {
    cluster: Arc<Cluster>,
    objects: Vec<Option<Arc<Object>>>,
    free: Vec<u32>,
    index: HashMap<u64, SmallVec<[u32; 2]>, ahash::RandomState>,
    hasher: ahash::RandomState,
    incomplete: bool,
}

/// What an object can be found by. Hashed, never stored: every answer is checked against the object itself.
#[derive(Clone, Copy, Debug, Hash)]
enum Key<'a> {
    /// Namespace and name, whatever the kind.
    Name(&'a str, &'a str),
    Kind(Kind),
    KindIn(Kind, &'a str),
    /// A pod of a namespace by one of its labels.
    Label(&'a str, &'a str, &'a str),
    /// Any pod of a namespace.
    PodIn(&'a str),
    /// Makes pods of a namespace whose labels an operator chooses.
    UnlabelledPodIn(&'a str),
    /// Selects pods of a namespace that have a label.
    Selects(Kind, &'a str, &'a str, &'a str),
    /// Selects pods of a namespace by something else than one label.
    SelectsBroadly(Kind, &'a str),
    /// Scales an object of a namespace, by kind and name.
    Scales(&'a str, &'a str, &'a str),
    /// Makes pods that run under a service account.
    RunsAs(&'a str, &'a str),
    /// A service account that takes an AWS role.
    TakesRole(&'a str),
    /// Something out of which a controller makes a Secret of a namespace.
    MakesSecret(&'a str, &'a str),
    /// Makes pods in which a container may run as a user.
    RunsAsUser(i64),
    /// A binding by one of its subjects: kind, namespace, name.
    Binds(&'a str, &'a str, &'a str),
    /// Makes pods with a variable about Redis that has this value.
    Redis(&'a str),
}

/// Whether something exists, as far as is known.
#[derive(Clone, Copy, Debug)]
pub enum Existence<'a> {
    /// It is in the inventory.
    Found(&'a Object),
    /// It is declared to exist elsewhere, or not everything could be read: its absence is no evidence.
    Unknown,
    /// It does not exist.
    Missing,
}

impl Existence<'_> {
    /// Whether it certainly does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }
}

/// The label that EKS reads the role of a service account from.
pub(crate) const ROLE_ANNOTATION: &str = "eks.amazonaws.com/role-arn";

impl Inventory {
    /// An empty inventory of a cluster.
    pub fn new(cluster: Arc<Cluster>) -> Self {
        // Fixed seeds: the order of an answer never depends on the run.
        let hasher = ahash::RandomState::with_seeds(1, 2, 3, 4);
        Self {
            cluster,
            objects: Vec::new(),
            free: Vec::new(),
            index: HashMap::with_hasher(hasher.clone()),
            hasher,
            incomplete: false,
        }
    }

    /// What is true of the cluster and stands in no manifest.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Says that some objects could not be read: from now on absence is no evidence.
    pub fn set_incomplete(&mut self) {
        self.incomplete = true;
    }

    /// Whether absence is evidence.
    pub fn is_complete(&self) -> bool {
        !self.incomplete
    }

    /// How many objects it holds.
    pub fn len(&self) -> usize {
        self.objects.len() - self.free.len()
    }

    /// Whether it holds nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it holds an object of the same group, kind, namespace and name.
    pub fn has(&self, object: &Object) -> bool {
        self.find(object.group(), object.kind_name(), object.namespace(), object.name()).is_some()
    }

    /// All objects, in the order they came.
    pub fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.objects.iter().flatten()
    }

    /// Adds an object, or replaces the one of the same group, kind, namespace and name, which is returned.
    pub fn apply(&mut self, object: Object) -> Option<Arc<Object>> {
        let object = Arc::new(self.recognise(object));
        let name = Key::Name(object.namespace(), object.name());
        let previous = (!object.name().is_empty()).then(|| self.position(name, |other| same_identity(other, &object)));
        let previous = previous.flatten().and_then(|id| self.take(id));
        let id = self.free.pop().unwrap_or(self.objects.len() as u32);
        if id as usize == self.objects.len() {
            self.objects.push(None);
        }
        let (index, hasher) = (&mut self.index, &self.hasher);
        each_key(&object, &mut |key| {
            let ids = index.entry(hasher.hash_one(key)).or_default();
            // An object with several pods may have a key of theirs several times.
            if ids.last() != Some(&id) {
                ids.push(id);
            }
        });
        self.objects[id as usize] = Some(object);
        previous
    }

    /// Removes an object.
    pub fn remove(&mut self, reference: &ObjectRef) -> Option<Arc<Object>> {
        let name = Key::Name(&reference.namespace, &reference.name);
        let id = self.position(name, |object| object.reference() == *reference)?;
        self.take(id)
    }

    /// Replaces all objects of a kind: what a watch does when it has to list again.
    pub fn replace(&mut self, kind: Kind, objects: impl IntoIterator<Item = Object>) {
        let old: Vec<u32> = self.bucket(Key::Kind(kind)).collect();
        for id in old {
            self.take(id);
        }
        for object in objects {
            self.apply(object);
        }
    }

    fn recognise(&self, object: Object) -> Object {
        if object.kind() != Kind::Other || self.cluster.pod_kinds.is_empty() {
            return object;
        }
        let is_it = |kind: &&crate::cluster::PodKind| kind.kind == object.kind_name() && kind.group == object.group();
        match self.cluster.pod_kinds.iter().find(is_it) {
            Some(kind) => object.with_template(kind.path.as_str().into()),
            None => object,
        }
    }

    fn take(&mut self, id: u32) -> Option<Arc<Object>> {
        let object = self.objects[id as usize].take()?;
        let (index, hasher) = (&mut self.index, &self.hasher);
        each_key(&object, &mut |key| {
            if let Some(ids) = index.get_mut(&hasher.hash_one(key)) {
                ids.retain(|other| *other != id);
            }
        });
        self.free.push(id);
        Some(object)
    }

    fn bucket(&self, key: Key<'_>) -> impl Iterator<Item = u32> + use<'_> {
        self.index.get(&self.hasher.hash_one(key)).into_iter().flatten().copied()
    }

    fn found(&self, key: Key<'_>) -> impl Iterator<Item = &Object> + use<'_> {
        self.bucket(key).filter_map(|id| self.objects[id as usize].as_deref())
    }

    fn position(&self, key: Key<'_>, is_it: impl Fn(&Object) -> bool) -> Option<u32> {
        self.bucket(key).find(|id| self.objects[*id as usize].as_deref().is_some_and(&is_it))
    }

    /// All objects of a kind.
    pub fn all_of(&self, kind: Kind) -> impl Iterator<Item = &Object> + use<'_> {
        self.found(Key::Kind(kind)).filter(move |object| object.kind() == kind)
    }

    /// The objects of a kind in a namespace.
    pub fn in_namespace<'a>(&'a self, kind: Kind, namespace: &'a str) -> impl Iterator<Item = &'a Object> {
        self.found(Key::KindIn(kind, namespace))
            .filter(move |object| object.kind() == kind && object.namespace() == namespace)
    }

    /// An object by group, kind, namespace and name.
    pub fn find(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Option<&Object> {
        self.found(Key::Name(namespace, name)).find(|object| {
            object.name() == name
                && object.namespace() == namespace
                && object.kind_name() == kind
                && object.group() == group
        })
    }

    /// An object of a known kind by namespace and name.
    pub fn get(&self, kind: Kind, namespace: &str, name: &str) -> Option<&Object> {
        self.found(Key::Name(namespace, name))
            .find(|object| object.kind() == kind && object.name() == name && object.namespace() == namespace)
    }

    /// Whether an object of a known kind exists: here, or elsewhere.
    pub fn lookup(&self, kind: Kind, namespace: &str, name: &str) -> Existence<'_> {
        match self.get(kind, namespace, name) {
            Some(object) => Existence::Found(object),
            None if self.incomplete || self.cluster.has_external(kind, namespace, name) => Existence::Unknown,
            None if self.may_be_in(kind, namespace, name) => Existence::Unknown,
            None => Existence::Missing,
        }
    }

    /// Whether it holds every object of a kind in a namespace, so that what none of them says is not said.
    pub fn holds_all(&self, kind: Kind, namespace: &str) -> bool {
        !self.incomplete && !self.cluster.has_externals(kind, namespace)
    }

    /// Whether an object exists, by the name of its kind: here, or elsewhere.
    pub fn lookup_named(&self, group: &str, kind: &str, namespace: &str, name: &str) -> Existence<'_> {
        match self.find(group, kind, namespace, name) {
            Some(object) => Existence::Found(object),
            None if self.incomplete || self.cluster.has_external_named(kind, namespace, name) => Existence::Unknown,
            None => Existence::Missing,
        }
    }

    /// Whether a namespace may hold pods that no manifest shows: those of operators, of charts, and what exists elsewhere.
    pub fn may_hold_other_pods(&self, namespace: &str) -> bool {
        let is_here = |object: &Object| object.namespace() == namespace;
        let may_make_pods = |object: &Object| object.pod().is_none() && !makes_no_pods(object.group());
        self.found(Key::UnlabelledPodIn(namespace)).any(is_here)
            || self.in_namespace(Kind::Other, namespace).any(may_make_pods)
            || self.all_of(Kind::Application).any(|application| installs_chart(application, namespace))
            || !Kind::PODS.iter().all(|kind| self.holds_all(*kind, namespace))
    }

    /// The pods of a namespace that a selector selects. Pods that a controller made are left to their template.
    pub fn selected_by<'a>(&'a self, selector: &Selector<'a>, namespace: &'a str) -> impl Iterator<Item = Pod<'a>> {
        let mut pivots = selector.pivots().peekable();
        let mut candidates: SmallVec<[u32; 8]> = SmallVec::new();
        if selector.is_nothing() {
        } else if pivots.peek().is_none() {
            candidates.extend(self.bucket(Key::PodIn(namespace)));
        } else {
            pivots.for_each(|(key, value)| candidates.extend(self.bucket(Key::Label(namespace, key, value))));
        }
        candidates.sort_unstable();
        candidates.dedup();
        let selector = selector.clone();
        candidates
            .into_iter()
            .filter_map(|id| self.objects[id as usize].as_deref())
            .filter(move |object| object.namespace() == namespace)
            .flat_map(Object::pods)
            .filter(move |pod| !pod.has_unknown_labels() && selector.matches(pod.labels()))
    }

    /// The objects of a kind whose selector selects a pod: its budgets, its Services, its NetworkPolicies.
    pub fn selecting<'a>(&'a self, kind: Kind, pod: &Pod<'a>) -> impl Iterator<Item = &'a Object> + use<'a> {
        let (namespace, labels) = (pod.namespace(), pod.labels());
        let mut candidates: SmallVec<[u32; 8]> = self.bucket(Key::SelectsBroadly(kind, namespace)).collect();
        for (key, value) in labels.entries() {
            let value = value.as_str().unwrap_or_default();
            candidates.extend(self.bucket(Key::Selects(kind, namespace, key, value)));
        }
        candidates.sort_unstable();
        candidates.dedup();
        candidates.into_iter().filter_map(|id| self.objects[id as usize].as_deref()).filter(move |object| {
            object.kind() == kind
                && object.namespace() == namespace
                && pod_selector(object).is_some_and(|selector| selector.matches(labels))
        })
    }

    /// The budgets that hold for a pod.
    pub fn budgets_of<'a>(&'a self, pod: &Pod<'a>) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.selecting(Kind::PodDisruptionBudget, pod)
    }

    /// The Services that send traffic to a pod.
    pub fn services_selecting<'a>(&'a self, pod: &Pod<'a>) -> impl Iterator<Item = &'a Object> + use<'a> {
        self.selecting(Kind::Service, pod)
    }

    /// The service account of a pod.
    pub fn service_account_of<'a>(&'a self, pod: &Pod<'a>) -> Existence<'a> {
        self.lookup(Kind::ServiceAccount, pod.namespace(), pod.service_account().0)
    }

    /// The service accounts that take an AWS role.
    pub fn service_accounts_with_role<'a>(&'a self, role: &'a str) -> impl Iterator<Item = &'a Object> {
        self.found(Key::TakesRole(role)).filter(move |object| {
            object.kind() == Kind::ServiceAccount && object.annotation(ROLE_ANNOTATION) == Some(role)
        })
    }

    /// The pods that run under a service account.
    pub fn pods_running_as<'a>(&'a self, namespace: &'a str, account: &'a str) -> impl Iterator<Item = Pod<'a>> {
        self.found(Key::RunsAs(namespace, account))
            .flat_map(Object::pods)
            .filter(move |pod| pod.namespace() == namespace && pod.service_account().0 == account)
    }

    /// The bindings that name a subject: a ServiceAccount of a namespace, or a User or Group, which have none.
    pub fn bindings_of<'a>(
        &'a self,
        kind: &'a str,
        namespace: &'a str,
        name: &'a str,
    ) -> impl Iterator<Item = &'a Object> {
        self.found(Key::Binds(kind, namespace, name)).filter(move |binding| {
            binding.at("subjects").items().any(|subject| subject_of(binding, subject) == (kind, namespace, name))
        })
    }

    /// The workloads with a variable whose name holds `REDIS` and whose value is this.
    pub fn workloads_at_redis<'a>(&'a self, address: &'a str) -> impl Iterator<Item = &'a Object> {
        self.found(Key::Redis(address)).filter(move |workload| {
            let mut containers = workload.pods().flat_map(|pod| pod.containers());
            containers.any(|container| redis_values(&container).any(|value| value == address))
        })
    }

    /// Every autoscaler whose target an object is: HPA, ScaledObject and VPA.
    pub fn autoscalers_of<'a>(&'a self, target: &'a Object) -> impl Iterator<Item = &'a Object> {
        let key = Key::Scales(target.namespace(), target.kind_name(), target.name());
        self.found(key).filter(move |autoscaler| crate::scaling::targets(autoscaler, target))
    }

    /// Every autoscaler of a namespace with this target, whether the target exists or not.
    pub fn autoscalers_sharing<'a>(
        &'a self,
        target: &ScaleTarget<'a>,
        namespace: &'a str,
    ) -> impl Iterator<Item = &'a Object> + use<'a> {
        let target = *target;
        self.found(Key::Scales(namespace, target.kind, target.name)).filter(move |autoscaler| {
            autoscaler.namespace() == namespace
                && crate::scaling::target_of(autoscaler).is_some_and(|other| other.is_same(&target))
        })
    }

    /// What sets the number of replicas of an object: its HPA or ScaledObject.
    pub fn scaler_of<'a>(&'a self, target: &'a Object) -> Option<Scaler<'a>> {
        let scalers = self.autoscalers_of(target).filter_map(Scaler::new);
        // KEDA works through an HPA of its own; what a person set is the ScaledObject.
        scalers.max_by_key(|scaler| scaler.object().kind() == Kind::ScaledObject)
    }

    /// The fewest replicas an object may have: its autoscaler's minimum, else its own number. `None` where there is none.
    pub fn fewest_replicas<'a>(&'a self, workload: &'a Object) -> Option<Replicas<'a>> {
        match self.scaler_of(workload) {
            Some(scaler) => Some(scaler.minimum()),
            None => Replicas::declared(workload),
        }
    }

    /// The most replicas an object may have: its autoscaler's maximum, else its own number. `None` where there is none.
    pub fn most_replicas<'a>(&'a self, workload: &'a Object) -> Option<Replicas<'a>> {
        match self.scaler_of(workload) {
            Some(scaler) => Some(scaler.maximum()),
            None => Replicas::declared(workload),
        }
    }

    /// What the LimitRanges of a namespace give a container that sets nothing: the field of the first that has it.
    ///
    /// `section` is `default` (limits) or `defaultRequest`. Where one is absent the API server fills it in: `default` from `max`,
    /// `defaultRequest` from `default`, else from `min`.
    pub fn container_default<'a>(
        &'a self,
        namespace: &'a str,
        section: &'a str,
        resource: &'a str,
    ) -> Option<(Quantity, Field<'a>)> {
        let sections = match section {
            "default" => ["default", "max", "", ""],
            _ => ["defaultRequest", "default", "max", "min"],
        };
        let ranges = self.in_namespace(Kind::LimitRange, namespace);
        let mut limits = ranges.flat_map(|range| range.at("spec/limits").items());
        limits.find_map(|limit| {
            let is_container = limit.at("type").as_str() == Some("Container");
            let mut fields = sections.into_iter().map(|section| limit.get(section).get(resource));
            let field = fields.find(Field::is_present).filter(|_| is_container)?;
            field.as_quantity().map(|quantity| (quantity, field))
        })
    }
}

/// Whether no kind of an API group makes pods beyond those the rules know.
fn makes_no_pods(group: &str) -> bool {
    let is_built_in = !group.contains('.') || group.ends_with(".k8s.io") && !group.ends_with(".x-k8s.io");
    is_built_in
        || group.ends_with(".k8s.aws")
        || matches!(group, "cert-manager.io" | "external-secrets.io" | "keda.sh" | "karpenter.sh")
}

/// Whether an Argo CD Application installs a chart, whose objects no manifest shows, into a namespace.
fn installs_chart(application: &Object, namespace: &str) -> bool {
    let spec = application.at("spec");
    let mut sources = spec.at("sources").items().chain([spec.at("source")]);
    spec.at("destination/namespace").as_str() == Some(namespace)
        && sources.any(|source| source.at("chart").is_present())
}

fn same_identity(left: &Object, right: &Object) -> bool {
    left.name() == right.name()
        && left.namespace() == right.namespace()
        && left.kind_name() == right.kind_name()
        && left.group() == right.group()
}

/// The selector by which an object selects pods of its own namespace, for the kinds that do.
pub(crate) fn pod_selector(object: &Object) -> Option<Selector<'_>> {
    match object.kind() {
        Kind::PodDisruptionBudget => Some(Selector::new(object.at("spec/selector"))),
        Kind::Service => Some(Selector::map(object.at("spec/selector"))),
        Kind::NetworkPolicy => Some(Selector::or_everything(object.at("spec/podSelector"))),
        _ => None,
    }
}

/// The kind, namespace and name of a binding's subject. A service account without a namespace is one of the binding's own.
fn subject_of<'a>(binding: &'a Object, subject: Field<'a>) -> (&'a str, &'a str, &'a str) {
    let kind = subject.at("kind").as_str().unwrap_or_default();
    let namespace = match subject.at("namespace").as_str() {
        _ if kind != "ServiceAccount" => "",
        Some(namespace) => namespace,
        None => binding.namespace(),
    };
    (kind, namespace, subject.at("name").as_str().unwrap_or_default())
}

fn redis_values<'a>(container: &Container<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let variables = container.at("env").items();
    let about = variables.filter(|variable| variable.at("name").as_str().is_some_and(|name| name.contains("REDIS")));
    about.filter_map(|variable| variable.at("value").as_str())
}

/// Everything an object can be found by.
fn each_key<'a>(object: &'a Object, visit: &mut impl FnMut(Key<'a>)) {
    let (kind, namespace) = (object.kind(), object.namespace());
    visit(Key::Name(namespace, object.name()));
    visit(Key::Kind(kind));
    visit(Key::KindIn(kind, namespace));
    if let Some(selector) = pod_selector(object).filter(|selector| !selector.is_nothing()) {
        let mut is_broad = true;
        for (key, value) in selector.pivots() {
            visit(Key::Selects(kind, namespace, key, value));
            is_broad = false;
        }
        if is_broad {
            visit(Key::SelectsBroadly(kind, namespace));
        }
    }
    if let Some(target) = crate::scaling::target_of(object) {
        visit(Key::Scales(namespace, target.kind, target.name));
    }
    if kind == Kind::ServiceAccount
        && let Some(role) = object.annotation(ROLE_ANNOTATION)
    {
        visit(Key::TakesRole(role));
    }
    made::secrets_of(object).for_each(|secret| visit(Key::MakesSecret(namespace, secret)));
    if made::is_of_operator(object) {
        visit(Key::UnlabelledPodIn(namespace));
    }
    if matches!(kind, Kind::RoleBinding | Kind::ClusterRoleBinding) {
        for subject in object.at("subjects").items() {
            let (kind, namespace, name) = subject_of(object, subject);
            visit(Key::Binds(kind, namespace, name));
        }
    }
    if object.is_owned() {
        return;
    }
    for pod in object.pods() {
        visit(Key::RunsAs(namespace, pod.service_account().0));
        made::users_of(&pod).for_each(|user| visit(Key::RunsAsUser(user)));
        pod.containers().flat_map(|container| redis_values(&container)).for_each(|value| visit(Key::Redis(value)));
        if pod.has_unknown_labels() {
            visit(Key::UnlabelledPodIn(namespace));
            continue;
        }
        visit(Key::PodIn(namespace));
        for (key, value) in pod.labels().entries() {
            visit(Key::Label(namespace, key, value.as_str().unwrap_or_default()));
        }
    }
}
