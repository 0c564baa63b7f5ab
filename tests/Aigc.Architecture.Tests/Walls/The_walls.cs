using System.Xml.Linq;

namespace Aigc.Architecture.Tests.Walls;

public sealed class The_walls
{
    public static TheoryData<string> Services => [.. Repository.Services];

    [Fact]
    public void Services_reference_shared_projects_only()
    {
        var crossing = from project in Repository.Projects("services")
                       where !project.EndsWith("Aigc.Standalone.csproj", StringComparison.Ordinal)
                       from reference in Repository.References(project)
                       where !reference.StartsWith("shared/", StringComparison.Ordinal)
                       select $"{Repository.Relative(project)} -> {reference}";

        Assert.Empty(crossing);
    }

    [Fact]
    public void Shared_projects_reference_shared_projects_only()
    {
        var crossing = from project in Repository.Projects("shared")
                       from reference in Repository.References(project)
                       where !reference.StartsWith("shared/", StringComparison.Ordinal)
                       select $"{Repository.Relative(project)} -> {reference}";

        Assert.Empty(crossing);
    }

    [Theory]
    [MemberData(nameof(Services))]
    public void A_service_is_compiled_against_no_other_service(string service)
    {
        var others = Repository.Services.Where(other => other != service).Select(other => $"Aigc.{other}").ToHashSet();

        Assert.DoesNotContain(Repository.AssemblyOf(service).GetReferencedAssemblies(), reference => others.Contains(reference.Name!));
    }

    [Fact]
    public void Contracts_reference_nothing()
    {
        var project = XDocument.Load(Path.Combine(Repository.Root, "shared/Aigc.Contracts/Aigc.Contracts.csproj"));

        Assert.Empty(project.Descendants("ProjectReference"));
        Assert.Empty(project.Descendants("PackageReference"));
        Assert.Empty(project.Descendants("FrameworkReference"));
        Assert.All(Repository.Contracts.GetReferencedAssemblies(), reference => Assert.StartsWith("System.", reference.Name, StringComparison.Ordinal));
    }

    [Fact]
    public void No_file_is_longer_than_400_lines()
    {
        var long_ones = from folder in new[] { "services", "shared", "tests" }
                        from path in Repository.Files(folder, "*.cs")
                        let lines = File.ReadLines(path).Count()
                        where lines > 400
                        select $"{Repository.Relative(path)}: {lines}";

        Assert.Empty(long_ones);
    }

    [Fact]
    public void Nobody_reads_the_clock_but_through_a_time_provider()
    {
        // The banned-symbols analyzer says so while compiling; this also sees Razor files and whoever switches the analyzer off.
        string[] clocks = ["DateTime." + "UtcNow", "DateTime." + "Now", "DateTimeOffset." + "UtcNow", "DateTimeOffset." + "Now"];
        var readers = from folder in new[] { "services", "shared", "tests" }
                      from path in Repository.Files(folder, "*.cs").Concat(Repository.Files(folder, "*.razor"))
                      let text = File.ReadAllText(path)
                      where clocks.Any(clock => text.Contains(clock, StringComparison.Ordinal))
                      select Repository.Relative(path);

        Assert.Empty(readers);
    }
}
