//! How many replicas a workload has, and who decides it.

use smallvec::{SmallVec, smallvec};

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

/// The use of a resource that a scaler keeps its target near.
#[derive(Clone, Copy, Debug)]
pub struct ResourceMetric<'a> {
    /// `cpu` or `memory`.
    pub resource: &'a str,
    /// The one container whose use counts; `None` for the whole pod.
    pub container: Option<&'a str>,
    /// The use it aims at, in percent of what is requested; `None` where it aims at an amount.
    pub utilization: Option<i64>,
    /// Where the resource is named.
    pub name: Field<'a>,
    /// Where the target stands.
    pub target: Field<'a>,
}

impl<'a> Scaler<'a> {
    /// The resources whose use it follows, defaults included.
    pub fn resource_metrics(&self) -> SmallVec<[ResourceMetric<'a>; 2]> {
        let object = self.object;
        if object.kind() == Kind::ScaledObject {
            return object.at("spec/triggers").items().filter_map(of_trigger).collect();
        }
        let metrics = object.at("spec/metrics");
        let single = object.at("spec/targetCPUUtilizationPercentage");
        let is_default = metrics.is_empty() && object.annotation(METRICS_OF_V1).is_none();
        if single.is_present() || is_default {
            let field = if object.api_version() == "autoscaling/v1" { single } else { metrics };
            let utilization = Some(single.as_int().unwrap_or(DEFAULT_UTILIZATION));
            return smallvec![ResourceMetric {
                resource: "cpu",
                container: None,
                utilization,
                name: field,
                target: field
            }];
        }
        metrics.items().filter_map(of_metric).collect()
    }
}

/// The use of CPU that an HPA without metrics aims at.
const DEFAULT_UTILIZATION: i64 = 80;

/// Where `autoscaling/v1` keeps the metrics it has no field for.
const METRICS_OF_V1: &str = "autoscaling.alpha.kubernetes.io/metrics";

fn of_metric(metric: Field<'_>) -> Option<ResourceMetric<'_>> {
    let source = match metric.at("type").as_str()? {
        "Resource" => metric.at("resource"),
        "ContainerResource" => metric.at("containerResource"),
        _ => return None,
    };
    let (name, target) = (source.at("name"), source.at("target/averageUtilization"));
    let container = source.at("container").as_str();
    Some(ResourceMetric { resource: name.as_str()?, container, utilization: target.as_int(), name, target })
}

fn of_trigger(trigger: Field<'_>) -> Option<ResourceMetric<'_>> {
    let (name, target) = (trigger.at("type"), trigger.at("metadata/value"));
    let resource = name.as_str().filter(|name| matches!(*name, "cpu" | "memory"))?;
    // Before KEDA 2.18 the type of the metric could stand among the metadata.
    let kind = trigger.at("metricType").as_str().or_else(|| trigger.at("metadata/type").as_str());
    let value = target.text().and_then(|text| text.parse().ok());
    let utilization = value.filter(|_| kind == Some("Utilization"));
    let container = trigger.at("metadata/containerName").as_str();
    Some(ResourceMetric { resource, container, utilization, name, target })
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

impl ScaleTarget<'_> {
    /// Whether it is the same object, given the same namespace. Versions do not matter.
    pub fn is_same(&self, other: &ScaleTarget<'_>) -> bool {
        self.group == other.group && self.kind == other.kind && self.name == other.name
    }
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
