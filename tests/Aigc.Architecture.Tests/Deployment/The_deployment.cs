using System.Text.RegularExpressions;
using Aigc.Contracts.Inference;
using Aigc.Gateway.Routing;
using MassTransit;
using YamlDotNet.RepresentationModel;

namespace Aigc.Architecture.Tests.Deployment;

public sealed partial class The_deployment
{
    private const string Port = "8080";

    private static readonly YamlNode Compose = Yaml.Documents("docker-compose.yml")[0];
    private static readonly List<YamlNode> Kubernetes = [.. KubernetesFiles().SelectMany(Yaml.Documents)];

    public static TheoryData<string> Services => [.. Repository.Services];

    [Theory]
    [MemberData(nameof(Services))]
    public void Compose_builds_every_service_from_its_project(string service)
    {
        var entry = Compose.At("services", Kebab(service));

        Assert.NotNull(entry);
        Assert.Equal(service, entry.Text("build", "args", "SERVICE"));
        Assert.True(File.Exists(Path.Combine(Repository.Root, entry.Text("build", "dockerfile")!)));
        Assert.Equal("cpu", entry.Text("build", "target"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Kubernetes_runs_every_service_behind_a_name_on_the_port_it_listens_on(string service)
    {
        var container = Deployment(Kebab(service)).At("spec", "template", "spec", "containers").Items().Single();
        var name = Of("Service", Kebab(service)).At("spec", "ports").Items().Single();

        Assert.Equal(Port, container.At("ports").Items().Single().Text("containerPort"));
        Assert.Equal(Port, name.Text("port"));
        Assert.Equal(container.At("ports").Items().Single().Text("name"), name.Text("targetPort"));
        Assert.Equal(Kebab(service), Of("PodDisruptionBudget", Kebab(service)).Text("spec", "selector", "matchLabels", "app.kubernetes.io/name"));
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void Probes_ask_for_paths_that_exist(string service)
    {
        var container = Deployment(Kebab(service)).At("spec", "template", "spec", "containers").Items().Single();

        Assert.Equal("/health/live", container.Text("livenessProbe", "httpGet", "path"));
        Assert.Equal("/health/ready", container.Text("readinessProbe", "httpGet", "path"));
        var registration = File.ReadAllText(Path.Combine(Repository.Root, "shared/Aigc.ServiceDefaults/ServiceDefaultsRegistration.cs"));
        Assert.Contains("MapHealthChecks(\"/health/live\"", registration, StringComparison.Ordinal);
        Assert.Contains("MapHealthChecks(\"/health/ready\"", registration, StringComparison.Ordinal);
    }

    [Fact]
    public void Images_listen_on_the_port_that_is_published()
    {
        var dockerfile = File.ReadAllText(Path.Combine(Repository.Root, "deploy/Dockerfile"));

        Assert.Equal(2, Regex.Count(dockerfile, $"ASPNETCORE_HTTP_PORTS={Port}"));
        Assert.EndsWith($":{Port}", Compose.At("services", "gateway", "ports").Items().Single().ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_setting_is_one_the_code_reads()
    {
        var names = ComposeEnvironment().Select(pair => pair.Key)
            .Concat(Kubernetes.Where(node => node.Text("kind") == "ConfigMap").SelectMany(node => node.At("data").Pairs()).Select(pair => pair.Key))
            .Concat(Kubernetes.Where(node => node.Text("kind") == "Deployment").SelectMany(Containers).SelectMany(container => container.At("env").Items()).Select(entry => entry.Text("name")!))
            .Concat(SecretKeys().Matches(File.ReadAllText(Path.Combine(Repository.Root, "deploy/README.md"))).Select(match => match.Groups[1].Value))
            .Where(name => name.StartsWith("Aigc__", StringComparison.Ordinal) && !name.StartsWith("Aigc__Files__Roots__", StringComparison.Ordinal))
            .Distinct()
            .ToList();

        Assert.NotEmpty(names);
        Assert.DoesNotContain(names, name => !Settings.Exists(name));
    }

    [Theory]
    [InlineData("Aigc__Gateway__Upstreams__data-supply", true)]
    [InlineData("Aigc__Gateway__Hosts__0", true)]
    [InlineData("Aigc__Documents__ConnectionString", true)]
    [InlineData("Aigc__Documents", false)]
    [InlineData("Aigc__Documents__Connection", false)]
    [InlineData("Aigc__Rabbit__Host", false)]
    public void A_setting_nobody_reads_is_told_from_one_that_is_read(string name, bool exists) => Assert.Equal(exists, Settings.Exists(name));

    [Fact]
    public void The_gateway_and_Studio_know_every_service_there_are_routes_to_by_its_name_and_port()
    {
        var expected = RouteTable.Services.ToDictionary(service => $"Aigc__Gateway__Upstreams__{service}", service => $"http://{service}:{Port}");
        var compose = Compose.At("services", "gateway", "environment").Pairs().ToDictionary(pair => pair.Key, pair => pair.Value.ToString());
        var kubernetes = Of("ConfigMap", "aigc").At("data").Pairs().ToDictionary(pair => pair.Key, pair => pair.Value.ToString());

        Assert.All(expected, upstream => Assert.Equal(upstream.Value, compose[upstream.Key]));
        Assert.All(expected, upstream => Assert.Equal(upstream.Value, kubernetes[upstream.Key]));
    }

    [Fact]
    public void Inference_scales_on_the_queues_its_workers_drain()
    {
        var scaled = Of("ScaledObject", "inference");
        var triggers = scaled.At("spec", "triggers").Items().ToList();
        var container = Containers(Deployment("inference")).Single();
        var pool = container.At("env").Items().Single(entry => entry.Text("name") == "Aigc__Inference__Pools__0").Text("value")!;

        Assert.Equal([InferenceQueues.Text(pool), InferenceQueues.Batch(pool)], triggers.Select(trigger => trigger.Text("metadata", "queueName")));
        Assert.All(triggers, trigger => Assert.Equal("rabbitmq", trigger.Text("type")));
        Assert.All(triggers, trigger => Assert.Equal("Aigc__Bus__RabbitMq", trigger.Text("metadata", "hostFromEnv")));
        Assert.Equal("inference", scaled.Text("spec", "scaleTargetRef", "name"));
        Assert.Equal("1", container.Text("resources", "limits", "nvidia.com/gpu"));
        // Two masters of one number would fight over it.
        Assert.Null(Deployment("inference").At("spec", "replicas"));
    }

    [Fact]
    public void No_secret_has_a_default()
    {
        var text = File.ReadAllText(Path.Combine(Repository.Root, "docker-compose.yml"));
        var withDefault = Variables().Matches(text).Where(match => IsSecret(match.Groups[1].Value) && match.Groups[2].Value != ":?").Select(match => match.Value);

        Assert.Empty(withDefault);
        Assert.DoesNotContain(Kubernetes, node => node.Text("kind") == "Secret");
        Assert.DoesNotContain(Kubernetes.Where(node => node.Text("kind") == "ConfigMap").SelectMany(node => node.At("data").Pairs()), pair => IsSecret(pair.Key));
    }

    private static bool IsSecret(string name) =>
        name.Contains("PASSWORD", StringComparison.OrdinalIgnoreCase) || name.Contains("TOKEN", StringComparison.OrdinalIgnoreCase)
        || name.EndsWith("KEY", StringComparison.OrdinalIgnoreCase) || name.EndsWith("ConnectionString", StringComparison.Ordinal);

    private static string Kebab(string service) => KebabCaseEndpointNameFormatter.Instance.SanitizeName(service);

    private static IEnumerable<(string Key, YamlNode Value)> ComposeEnvironment() => Compose.At("services").Pairs().SelectMany(service => service.Value.At("environment").Pairs());

    private static IEnumerable<string> KubernetesFiles() =>
        Yaml.Documents("k8s/base/kustomization.yaml")[0].At("resources").Items().Select(file => $"k8s/base/{file}");

    private static YamlNode Deployment(string name) => Of("Deployment", name);

    private static YamlNode Of(string kind, string name) => Kubernetes.Single(node => node.Text("kind") == kind && node.Text("metadata", "name") == name);

    private static IEnumerable<YamlNode> Containers(YamlNode deployment) => deployment.At("spec", "template", "spec", "containers").Items();

    [GeneratedRegex(@"\$\{([A-Z_]+)(:[?-])?")]
    private static partial Regex Variables();

    [GeneratedRegex("`(Aigc__[A-Za-z0-9_]+)`")]
    private static partial Regex SecretKeys();
}
