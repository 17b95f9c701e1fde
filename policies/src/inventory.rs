//! The other objects, asked in questions: every answer comes from an index, none from a scan of the world.

mod key;
mod made;
mod questions;

use std::collections::HashMap;
use std::sync::Arc;

use smallvec::SmallVec;

use self::key::{Key, each_key};
pub(crate) use self::made::BUILT_IN_NAMESPACES;
use crate::cluster::Cluster;
use crate::kind::Kind;
use crate::object::{Object, ObjectRef};

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
