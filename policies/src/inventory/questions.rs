//! The questions rules ask about workloads: who selects them, who scales them, what they run as.

use smallvec::SmallVec;

use super::key::{Key, pod_selector, redis_values, subject_of};
use super::{Existence, Inventory, ROLE_ANNOTATION};
use crate::kind::Kind;
use crate::object::{Field, Object, Pod};
use crate::quantity::Quantity;
use crate::scaling::{Replicas, ScaleTarget, Scaler};
use crate::selector::Selector;

impl Inventory {
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
