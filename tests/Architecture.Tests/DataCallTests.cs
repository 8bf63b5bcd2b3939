using System.Reflection;
using Akashi.Platform.Database;
using Akashi.Platform.Tenancy;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>The first wall between tenants: a data call says whose data it means before anything else.</summary>
public class DataCallTests
{
    /// <summary>Work for all tenants or for the service itself, make one, or find out which one a credential belongs to.</summary>
    private static readonly string[] Exceptions =
    [
        "Akashi.Identity.Contracts.TenantDirectory.ListAsync",
        "Akashi.Identity.Contracts.TenantDirectory.ListEverAsync",
        "Akashi.Identity.Contracts.TenantDirectory.FindBySupportIdAsync",
        "Akashi.Identity.Contracts.TenantDirectory.FindAllAsync",
        "Akashi.Identity.Tenants.CreateTenant.EnsureAsync",
        "Akashi.Identity.Tenants.CreateTenant.CreateAsync",
        "Akashi.Identity.Tenants.TenantRegister.ListAsync",
        "Akashi.Identity.Tenants.TenantRegister.FindAsync",
        "Akashi.Identity.Tenants.ContractClock.ApplyAsync",
        "Akashi.Identity.Tenants.FirstTenants.EnsureAsync",
        "Akashi.Identity.Tenants.FirstTenants.IssueAccessAsync",
        "Akashi.Identity.SignIn.PasswordJudge.JudgeAsync",
        "Akashi.Identity.SignIn.TypedNames.ResolveAsync",
        "Akashi.Identity.Activation.LinkRequests.AskAsync",
        "Akashi.Certificates.Contracts.CertificateAuthority.JudgeTerminalAsync",
        "Akashi.Traces.Verify.ArchiveVerification.VerifyAsync",
        "Akashi.Traces.Index.IndexingBacklog.ReadAsync",
        "Akashi.Operations.Health.HealthLog.StoreAsync",
        "Akashi.Operations.Health.HealthLog.TellAsync",
        "Akashi.Operations.Health.HealthLog.PruneAsync",
        "Akashi.Operations.Health.HealthLog.ListAsync",
        "Akashi.Operations.Health.HealthLog.HistoryAsync",
        "Akashi.Operations.Health.HealthLog.NodesAsync",
        "Akashi.Operations.Health.Maintenance.IsUnderWayAsync",
        "Akashi.Operations.Health.Maintenance.ListAsync",
    ];

    [Fact]
    public void DataCalls_OfModules_TakeTheTenantFirst()
    {
        var faults = Modules.Assemblies.SelectMany(assembly => assembly.GetTypes()).SelectMany(Faults).Except(Exceptions).ToList();
        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void DataCalls_RuleOnAViolation_Fails() => Assert.Equal(["Akashi.Architecture.Tests.DataCallTests+Violation.FindAsync"], Faults(typeof(Violation)));

    /// <summary>Methods, callable from outside the type, of types that hold the database.</summary>
    private static IEnumerable<string> Faults(Type type)
    {
        var holds = type.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Any(field => field.FieldType == typeof(AkashiDatabase));
        if (!holds || type.Name.Contains('<', StringComparison.Ordinal)) yield break;
        foreach (var method in type.GetMethods(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        {
            if (method.IsPrivate || method.IsFamily || method.IsSpecialName || !typeof(Task).IsAssignableFrom(method.ReturnType) || method.GetBaseDefinition() != method) continue;
            var first = method.GetParameters().FirstOrDefault()?.ParameterType;
            if (first == typeof(TenantId) || first == typeof(TenantSession) || CarriesTenant(first)) continue;
            yield return $"{type.FullName}.{method.Name}";
        }
    }

    /// <summary>A record that begins with the tenant, such as a header or a caller, says it just as well.</summary>
    private static bool CarriesTenant(Type? type) => type?.GetProperty("Tenant")?.PropertyType == typeof(TenantId);

    internal sealed class Violation(AkashiDatabase database)
    {
        public Task<IReadOnlyList<int>> FindAsync(string name) => database.QueryBeforeTenantAsync<int>("SELECT 1", new { name });
    }
}
