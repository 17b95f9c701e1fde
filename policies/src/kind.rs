//! The kinds the rules know by name, and where each keeps its pods.

/// One row per kind: the enum, its names, its groups and its scope have one owner.
macro_rules! kinds {
    ($($variant:ident = $name:literal in $group:pat, $scope:ident;)*) => {
        /// A kind of object that rules ask about. Everything else is [`Kind::Other`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "a kind is documented by the API that defines it")]
        pub enum Kind {
            $($variant,)*
            Other,
        }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)* Self::Other];

            /// The kind of a group and kind name. The version does not matter: kinds keep their meaning across versions.
            pub fn of(group: &str, kind: &str) -> Self {
                match (kind, group) {
                    $(($name, $group) => Self::$variant,)*
                    _ => Self::Other,
                }
            }

            /// The kind's name as the API spells it; empty for [`Kind::Other`].
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$variant => $name,)*
                    Self::Other => "",
                }
            }

            /// Whether objects of the kind belong to no namespace.
            pub fn is_cluster_scoped(self) -> bool {
                match self {
                    $(Self::$variant => matches!(Scope::$scope, Scope::Cluster),)*
                    Self::Other => false,
                }
            }
        }
    };
}

enum Scope {
    Cluster,
    Namespace,
}

kinds! {
    Alertmanager = "Alertmanager" in "monitoring.coreos.com", Namespace;
    Application = "Application" in "argoproj.io", Namespace;
    ApplicationSet = "ApplicationSet" in "argoproj.io", Namespace;
    AppProject = "AppProject" in "argoproj.io", Namespace;
    Certificate = "Certificate" in "cert-manager.io", Namespace;
    ClusterRole = "ClusterRole" in "rbac.authorization.k8s.io", Cluster;
    ClusterRoleBinding = "ClusterRoleBinding" in "rbac.authorization.k8s.io", Cluster;
    ConfigMap = "ConfigMap" in "", Namespace;
    CronJob = "CronJob" in "batch", Namespace;
    CustomResourceDefinition = "CustomResourceDefinition" in "apiextensions.k8s.io", Cluster;
    DaemonSet = "DaemonSet" in "apps" | "extensions", Namespace;
    Deployment = "Deployment" in "apps" | "extensions", Namespace;
    Ec2NodeClass = "EC2NodeClass" in "karpenter.k8s.aws", Cluster;
    ExternalSecret = "ExternalSecret" in "external-secrets.io", Namespace;
    Gateway = "Gateway" in "gateway.networking.k8s.io", Namespace;
    GatewayClass = "GatewayClass" in "gateway.networking.k8s.io", Cluster;
    GrpcRoute = "GRPCRoute" in "gateway.networking.k8s.io", Namespace;
    HorizontalPodAutoscaler = "HorizontalPodAutoscaler" in "autoscaling", Namespace;
    HttpRoute = "HTTPRoute" in "gateway.networking.k8s.io", Namespace;
    Ingress = "Ingress" in "networking.k8s.io" | "extensions", Namespace;
    Job = "Job" in "batch", Namespace;
    LimitRange = "LimitRange" in "", Namespace;
    MutatingWebhookConfiguration = "MutatingWebhookConfiguration" in "admissionregistration.k8s.io", Cluster;
    Namespace = "Namespace" in "", Cluster;
    NetworkPolicy = "NetworkPolicy" in "networking.k8s.io" | "extensions", Namespace;
    NodePool = "NodePool" in "karpenter.sh", Cluster;
    OpenTelemetryCollector = "OpenTelemetryCollector" in "opentelemetry.io", Namespace;
    PersistentVolume = "PersistentVolume" in "", Cluster;
    PersistentVolumeClaim = "PersistentVolumeClaim" in "", Namespace;
    Pod = "Pod" in "", Namespace;
    PodDisruptionBudget = "PodDisruptionBudget" in "policy", Namespace;
    PodMonitor = "PodMonitor" in "monitoring.coreos.com", Namespace;
    PodTemplate = "PodTemplate" in "", Namespace;
    PriorityClass = "PriorityClass" in "scheduling.k8s.io", Cluster;
    Prometheus = "Prometheus" in "monitoring.coreos.com", Namespace;
    PrometheusRule = "PrometheusRule" in "monitoring.coreos.com", Namespace;
    ReferenceGrant = "ReferenceGrant" in "gateway.networking.k8s.io", Namespace;
    ReplicaSet = "ReplicaSet" in "apps" | "extensions", Namespace;
    ReplicationController = "ReplicationController" in "", Namespace;
    ResourceQuota = "ResourceQuota" in "", Namespace;
    Role = "Role" in "rbac.authorization.k8s.io", Namespace;
    RoleBinding = "RoleBinding" in "rbac.authorization.k8s.io", Namespace;
    Rollout = "Rollout" in "argoproj.io", Namespace;
    ScaledJob = "ScaledJob" in "keda.sh", Namespace;
    ScaledObject = "ScaledObject" in "keda.sh", Namespace;
    SealedSecret = "SealedSecret" in "bitnami.com", Namespace;
    Secret = "Secret" in "", Namespace;
    SecretProviderClass = "SecretProviderClass" in "secrets-store.csi.x-k8s.io", Namespace;
    Service = "Service" in "", Namespace;
    ServiceAccount = "ServiceAccount" in "", Namespace;
    ServiceMonitor = "ServiceMonitor" in "monitoring.coreos.com", Namespace;
    StatefulSet = "StatefulSet" in "apps", Namespace;
    StorageClass = "StorageClass" in "storage.k8s.io", Cluster;
    TcpRoute = "TCPRoute" in "gateway.networking.k8s.io", Namespace;
    TestRun = "TestRun" in "k6.io", Namespace;
    TlsRoute = "TLSRoute" in "gateway.networking.k8s.io", Namespace;
    TriggerAuthentication = "TriggerAuthentication" in "keda.sh", Namespace;
    UdpRoute = "UDPRoute" in "gateway.networking.k8s.io", Namespace;
    ValidatingWebhookConfiguration = "ValidatingWebhookConfiguration" in "admissionregistration.k8s.io", Cluster;
    VerticalPodAutoscaler = "VerticalPodAutoscaler" in "autoscaling.k8s.io", Namespace;
}

impl Kind {
    /// Everything that carries a pod. `Other` stands for the kinds a policy declares with `podKinds`.
    pub const PODS: &[Self] = &[
        Self::Alertmanager,
        Self::CronJob,
        Self::DaemonSet,
        Self::Deployment,
        Self::Job,
        Self::OpenTelemetryCollector,
        Self::Other,
        Self::Pod,
        Self::PodTemplate,
        Self::Prometheus,
        Self::ReplicaSet,
        Self::ReplicationController,
        Self::Rollout,
        Self::ScaledJob,
        Self::StatefulSet,
        Self::TestRun,
    ];

    /// The routes of the Gateway API.
    pub const ROUTES: &[Self] = &[Self::GrpcRoute, Self::HttpRoute, Self::TcpRoute, Self::TlsRoute, Self::UdpRoute];

    /// Everything that carries a pod, and more. `N` is the number of both.
    pub(crate) const fn pods_and<const N: usize>(more: &[Self]) -> [Self; N] {
        let mut kinds = [Self::Other; N];
        let mut at = 0;
        while at < N {
            kinds[at] = if at < Self::PODS.len() { Self::PODS[at] } else { more[at - Self::PODS.len()] };
            at += 1;
        }
        kinds
    }

    /// What an autoscaler can scale, and a disruption budget can protect as a whole.
    pub const SCALABLE: &[Self] = &[Self::Deployment, Self::Rollout, Self::StatefulSet];

    /// Where objects of the kind keep their pods. For [`Kind::Other`], the shape below the pointer a policy declares.
    pub(crate) fn pod_shapes(self) -> &'static [PodShape] {
        match self {
            Self::Pod => const { &[PodShape::template("")] },
            Self::PodTemplate => const { &[PodShape::template("/template")] },
            Self::CronJob => const { &[PodShape::template("/spec/jobTemplate/spec/template")] },
            Self::ScaledJob => const { &[PodShape::template("/spec/jobTargetRef/template")] },
            Self::DaemonSet
            | Self::Deployment
            | Self::Job
            | Self::ReplicaSet
            | Self::ReplicationController
            | Self::Rollout
            | Self::StatefulSet => const { &[PodShape::template("/spec/template")] },
            Self::TestRun => {
                const K6: PodShape = PodShape {
                    pod_security: "securityContext",
                    container_security: Some("containerSecurityContext"),
                    ..PodShape::inline("/spec/runner", "metadata")
                };
                &[K6, PodShape { pointer: "/spec/starter", ..K6 }, PodShape { pointer: "/spec/initializer", ..K6 }]
            }
            Self::OpenTelemetryCollector => {
                const COLLECTOR: PodShape = PodShape {
                    pod_security: "podSecurityContext",
                    container_security: Some("securityContext"),
                    more_containers: "additionalContainers",
                    main_container: "otc-container",
                    ..PodShape::inline("/spec", "")
                };
                const ALLOCATOR: PodShape =
                    PodShape { pointer: "/spec/targetAllocator", switch: "enabled", main_container: "", ..COLLECTOR };
                &[COLLECTOR, ALLOCATOR]
            }
            Self::Alertmanager => {
                const { &[PodShape { main_container: "alertmanager", ..PodShape::inline("/spec", "podMetadata") }] }
            }
            Self::Prometheus => {
                const { &[PodShape { main_container: "prometheus", ..PodShape::inline("/spec", "podMetadata") }] }
            }
            Self::Other => const { &[PodShape::template("")] },
            _ => &[],
        }
    }
}

/// Where an object keeps one of its pods, and under which names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PodShape {
    /// What holds the pod: a template, or a custom resource's block of pod and container fields.
    pub(crate) pointer: &'static str,
    /// From there to the pod's spec.
    pub(crate) spec: &'static str,
    /// From there to the pod's metadata; empty where an operator makes it.
    pub(crate) metadata: &'static str,
    /// In the spec: the pod's security context.
    pub(crate) pod_security: &'static str,
    /// The block is itself the main container.
    pub(crate) is_container: bool,
    /// The name its operator gives that container; empty where the block's own name says more.
    pub(crate) main_container: &'static str,
    /// In such a block: the container's security context, where it can be set.
    pub(crate) container_security: Option<&'static str>,
    /// In the spec: the list of regular containers.
    pub(crate) more_containers: &'static str,
    /// In the spec: a boolean that must be true for the pod to exist.
    pub(crate) switch: &'static str,
}

impl PodShape {
    pub(crate) const fn template(pointer: &'static str) -> Self {
        Self {
            pointer,
            spec: "spec",
            metadata: "metadata",
            pod_security: "securityContext",
            is_container: false,
            main_container: "",
            container_security: Some("securityContext"),
            more_containers: "containers",
            switch: "",
        }
    }

    const fn inline(pointer: &'static str, metadata: &'static str) -> Self {
        Self {
            pointer,
            spec: "",
            metadata,
            pod_security: "securityContext",
            is_container: true,
            main_container: "",
            container_security: None,
            more_containers: "",
            switch: "",
        }
    }
}
