using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;
using Akashi.Platform.Web;
using Microsoft.AspNetCore.Components;
using Xunit;

namespace Akashi.Architecture.Tests;

public class ModuleBoundaryTests
{
    [Fact]
    public void PublicTypes_OfModules_AreContractsComponentsOrTheModule() =>
        Assert.Empty(Modules.Assemblies.SelectMany(assembly => MisplacedPublicTypes(assembly.GetExportedTypes())));

    [Fact]
    public void PublicTypes_RuleOnAViolation_Fails() => Assert.NotEmpty(MisplacedPublicTypes([typeof(ModuleBoundaryTests)]));

    [Fact]
    public void Sql_OfModules_NamesTheirOwnSchemaAlone()
    {
        var schemas = Modules.Assemblies.Select(Modules.SchemaOf).ToArray();
        foreach (var assembly in Modules.Assemblies)
        {
            var others = schemas.Where(schema => schema != Modules.SchemaOf(assembly)).ToArray();
            Assert.DoesNotContain(StringsOf(assembly), text => NamesTableOf(text, others));
        }
    }

    [Fact]
    public void Sql_RuleOnAViolation_Fails() =>
        Assert.Contains(StringsOf(typeof(ModuleBoundaryTests).Assembly), text => NamesTableOf(text, ["identity"]));

    // The violation that the rule above must find.
    internal const string Violation = "SELECT id FROM identity.tenant";

    internal static string UseViolation() => Violation;

    [Fact]
    public void Interfaces_OfModules_HaveMoreThanOneImplementationOrNone()
    {
        var types = Modules.Assemblies.Append(typeof(AkashiModule).Assembly).SelectMany(assembly => assembly.GetTypes()).ToArray();
        var own = Modules.Assemblies.SelectMany(assembly => assembly.GetTypes()).Where(type => type.IsInterface);
        Assert.DoesNotContain(own, contract => types.Count(type => type.IsClass && contract.IsAssignableFrom(type)) == 1);
    }

    private static IEnumerable<Type> MisplacedPublicTypes(IEnumerable<Type> types) => types.Where(type =>
        type.Namespace?.Contains(".Contracts", StringComparison.Ordinal) != true
        && !typeof(AkashiModule).IsAssignableFrom(type)
        && type.Name != "_Imports" // what the compiler makes of _Imports.razor
        && !typeof(IComponent).IsAssignableFrom(type)
        && !(type.DeclaringType is { } outer && typeof(IComponent).IsAssignableFrom(outer)));

    private static bool NamesTableOf(string text, string[] schemas) =>
        schemas.Any(schema => Regex.IsMatch(text, $@"\b(FROM|JOIN|INTO|UPDATE)\s+{schema}\.[a-z_]+", RegexOptions.IgnoreCase, TimeSpan.FromSeconds(1)));

    /// <summary>Every string literal of an assembly, from its user-string heap.</summary>
    private static List<string> StringsOf(Assembly assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly.Location));
        var metadata = file.GetMetadataReader();
        var strings = new List<string>();
        // The heap's first entry is empty; handles go on from it.
        for (var handle = metadata.GetNextHandle(default(UserStringHandle)); !handle.IsNil; handle = metadata.GetNextHandle(handle))
            strings.Add(metadata.GetUserString(handle));
        return strings;
    }
}
