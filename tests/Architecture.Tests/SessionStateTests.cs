using System.Text.RegularExpressions;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>
/// A pooled connection goes to the next borrower as it is, so what a statement sets or takes must end with its transaction. Those named here hold a
/// connection of their own, which they close.
/// </summary>
public sealed partial class SessionStateTests
{
    private static readonly string[] OwnConnections = ["BackupRun.cs", "DeletionGate.cs", "JobLock.cs", "Migrator.cs", "StartTurn.cs"];

    [Fact]
    public void Statements_OfTheService_LeaveNothingOnAConnection()
    {
        Assert.True(Sources.All.Count() > 300);
        Assert.Equal(OwnConnections, Sources.All.Where(file => Stays().IsMatch(File.ReadAllText(file))).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("SELECT pg_advisory_lock(1)")]
    [InlineData("SELECT pg_try_advisory_lock_shared(1)")]
    [InlineData("SELECT set_config('akashi.tenant', $1, false)")]
    [InlineData("\"SET ROLE akashi_owner\"")]
    [InlineData("SELECT 1; SET statement_timeout = 1")]
    [InlineData("\"LISTEN news\"")]
    [InlineData("CREATE TEMP TABLE a (b int)")]
    [InlineData("PREPARE a AS SELECT 1")]
    [InlineData("DECLARE a CURSOR WITH HOLD FOR SELECT 1")]
    public void Statement_ThatStays_IsFound(string sql) => Assert.Matches(Stays(), sql);

    [Theory]
    [InlineData("SELECT pg_advisory_xact_lock(1), pg_try_advisory_xact_lock_shared(1)")]
    [InlineData("SELECT set_config('akashi.tenant', $1, true)")]
    [InlineData("SELECT 1; SET LOCAL statement_timeout = 1")]
    [InlineData("UPDATE a SET b = 1; INSERT INTO a VALUES (1) ON CONFLICT (b) DO UPDATE SET b = 2")]
    public void Statement_ThatEndsWithItsTransaction_IsNot(string sql) => Assert.DoesNotMatch(Stays(), sql);

    [GeneratedRegex("""
        pg_(try_)?advisory_lock(_shared)?\s*\(
        | set_config\([^;]*?,\s*false\s*\)
        | ["';]\s*(SET\s+(?!LOCAL\b)[A-Za-z_.]+\s+(=|TO\s|[a-z])|LISTEN\s+[a-z]|PREPARE\s+[a-z])
        | ^\s*PREPARE\s+[a-z]
        | CREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP
        | CURSOR\s+WITH\s+HOLD
        """, RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 10_000)]
    private static partial Regex Stays();
}
