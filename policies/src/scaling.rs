//! How many replicas a workload has, and who decides it.

use crate::kind::Kind;
use crate::object::{Field, Object};

/// A number of replicas and where it is set, or would be.
#[derive(Clone, Copy, Debug)]
pub struct Replicas<'a> {
    /// The number, defaults included.
    pub count: u64,
    /// The field.
    pub field: Field<'a>,
}

impl<'a> Replicas<'a> {
    fn new(field: Field<'a>, default: u64) -> Self {
        let count = field.as_int().map_or(default, |count| u64::try_from(count).unwrap_or(0));
        Self { count, field }
    }

    /// The number a workload itself declares; `None` for kinds that have none, such as DaemonSets and Jobs.
    pub(crate) fn declared(workload: &'a Object) -> Option<Self> {
        let has_replicas = Kind::SCALABLE.contains(&workload.kind())
            || matches!(workload.kind(), Kind::ReplicaSet | Kind::ReplicationController);
        has_replicas.then(|| Self::new(workload.at("spec/replicas"), 1))
    }
}

/// What sets the number of replicas of something: a HorizontalPodAutoscaler or a ScaledObject.
#[derive(Clone, Copy, Debug)]
pub struct Scaler<'a> {
    object: &'a Object,
}

impl<'a> Scaler<'a> {
    /// The object as a scaler, if it is one.
    pub fn new(object: &'a Object) -> Option<Self> {
        matches!(object.kind(), Kind::HorizontalPodAutoscaler | Kind::ScaledObject).then_some(Self { object })
    }

    /// The autoscaler itself.
    pub fn object(&self) -> &'a Object {
        self.object
    }

    /// The fewest replicas it keeps: absent, an HPA keeps 1, a ScaledObject 0.
    pub fn minimum(&self) -> Replicas<'a> {
        match self.object.kind() {
            Kind::ScaledObject => Replicas::new(self.object.at("spec/minReplicaCount"), 0),
            _ => Replicas::new(self.object.at("spec/minReplicas"), 1),
        }
    }

    /// The most replicas it makes: absent, a ScaledObject makes 100; an HPA must say it.
    pub fn maximum(&self) -> Replicas<'a> {
        match self.object.kind() {
            Kind::ScaledObject => Replicas::new(self.object.at("spec/maxReplicaCount"), 100),
            _ => Replicas::new(self.object.at("spec/maxReplicas"), 1),
        }
    }
}

/// What an autoscaler acts on.
#[derive(Clone, Copy, Debug)]
pub struct ScaleTarget<'a> {
    /// The API group; empty for the core group.
    pub group: &'a str,
    /// The kind.
    pub kind: &'a str,
    /// The name, in the autoscaler's namespace.
    pub name: &'a str,
    /// The reference.
    pub field: Field<'a>,
}

/// What an autoscaler acts on; `None` for other kinds, and where it names nothing.
pub fn target_of(autoscaler: &Object) -> Option<ScaleTarget<'_>> {
    let (field, default_kind, default_version) = match autoscaler.kind() {
        Kind::HorizontalPodAutoscaler => (autoscaler.at("spec/scaleTargetRef"), "", ""),
        Kind::ScaledObject => (autoscaler.at("spec/scaleTargetRef"), "Deployment", "apps/v1"),
        Kind::VerticalPodAutoscaler => (autoscaler.at("spec/targetRef"), "", ""),
        _ => return None,
    };
    let name = field.at("name").as_str()?;
    let kind = field.at("kind").as_str().unwrap_or(default_kind);
    let version = field.at("apiVersion").as_str().unwrap_or(default_version);
    let group = version.rsplit_once('/').map_or("", |(group, _)| group);
    Some(ScaleTarget { group, kind, name, field })
}

/// Whether an autoscaler acts on an object. Versions do not matter.
pub(crate) fn targets(autoscaler: &Object, object: &Object) -> bool {
    autoscaler.namespace() == object.namespace()
        && target_of(autoscaler).is_some_and(|target| {
            target.name == object.name() && target.kind == object.kind_name() && target.group == object.group()
        })
}
