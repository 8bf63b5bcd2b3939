using System.Text.RegularExpressions;
using Akashi.Platform.Web;
using Xunit;

namespace Akashi.Architecture.Tests;

/// <summary>
/// Migrations run while the previous release serves the same database: they may add, never take away, rename or narrow what it reads and
/// writes. Taking away comes one release later, and is named here with its reason.
/// </summary>
public sealed partial class ExpandOnlyTests
{
    /// <summary>Statements that look like taking away and are not; by file, and what makes each safe beside the previous release.</summary>
    private static readonly Dictionary<string, string> Allowed = new(StringComparer.Ordinal)
    {
        ["Akashi.Identity/20261121_0002_roles.sql"] = "the check on roles is dropped and put back wider",
        ["Akashi.Identity/20261121_0005_second_factor.sql"] = "the check on outcomes is dropped and put back wider",
        ["Akashi.Identity/20261121_0006_tokens.sql"] = "the unique key is on a new column, whose default fills it with fresh ids",
        ["Akashi.Identity/20261121_0011_contract_lifecycle.sql"] = "the check on states is dropped and put back wider; the new check is on new columns alone",
    };

    [Fact]
    public void Migrations_OfAllModules_OnlyExpand()
    {
        var migrations = ReadAll().ToList();
        Assert.InRange(migrations.Count, 20, 10_000);
        var findings = migrations.SelectMany(migration => FaultsOf(migration.Sql).Select(fault => (migration.Name, Fault: fault))).ToList();
        Assert.DoesNotContain(findings, finding => !Allowed.ContainsKey(finding.Name));
        Assert.Equal(Allowed.Keys.Order(StringComparer.Ordinal), findings.Select(finding => finding.Name).Distinct().Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("ALTER TABLE a.b DROP COLUMN c")]
    [InlineData("DROP TABLE a.b")]
    [InlineData("drop function a.f(integer)")]
    [InlineData("ALTER TABLE a.b RENAME COLUMN c TO d")]
    [InlineData("ALTER TABLE a.b RENAME TO c")]
    [InlineData("ALTER TABLE a.b ALTER COLUMN c TYPE bigint")]
    [InlineData("ALTER TABLE a.b ALTER c SET DATA TYPE bigint")]
    [InlineData("ALTER TABLE a.b ALTER COLUMN c SET NOT NULL")]
    [InlineData("ALTER TABLE a.b ADD COLUMN c text NOT NULL")]
    [InlineData("ALTER TABLE a.b ADD COLUMN c text NOT NULL DEFAULT '', ADD COLUMN d text NOT NULL CHECK (length(d) > 0)")]
    [InlineData("ALTER TABLE a.b ADD CONSTRAINT c CHECK (d > 0)")]
    [InlineData("ALTER TABLE a.b ADD UNIQUE (d)")]
    [InlineData("CREATE UNIQUE INDEX c ON a.b (d)")]
    [InlineData("REVOKE SELECT ON a.b FROM akashi_app")]
    [InlineData("TRUNCATE a.b")]
    public void Faults_OfAStatementThatTakesAway_AreFound(string sql) => Assert.NotEmpty(FaultsOf(sql + ";"));

    [Theory]
    [InlineData("CREATE TABLE a.b (c text NOT NULL, UNIQUE (c)); CREATE UNIQUE INDEX d ON a.b (c); ALTER TABLE a.b ADD CONSTRAINT e CHECK (c <> '')")]
    [InlineData("CREATE FUNCTION a.f() RETURNS integer LANGUAGE sql AS $$ SELECT 1; $$; REVOKE ALL ON FUNCTION a.f FROM PUBLIC")]
    [InlineData("ALTER TABLE a.b ADD COLUMN c text")]
    [InlineData("ALTER TABLE a.b ADD COLUMN c text NOT NULL DEFAULT 'x' CHECK (length(c) < 10), ADD COLUMN d integer")]
    [InlineData("ALTER TABLE a.b ADD COLUMN c bigint NOT NULL GENERATED ALWAYS AS (d * 2) STORED")]
    [InlineData("ALTER TABLE a.b ALTER COLUMN c DROP NOT NULL")]
    [InlineData("ALTER TABLE a.b ENABLE ROW LEVEL SECURITY; -- DROP TABLE is only mentioned")]
    [InlineData("CREATE INDEX c ON a.b (d)")]
    [InlineData("INSERT INTO a.b VALUES ('DROP TABLE a.b')")]
    public void Faults_OfAStatementThatExpands_AreNone(string sql) => Assert.Empty(FaultsOf(sql + ";"));

    private static IReadOnlyList<string> FaultsOf(string sql)
    {
        var faults = new List<string>();
        var made = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var statement in Quoted().Replace(Comments().Replace(sql, " "), "''").Split(';').Select(text => Space().Replace(text, " ").Trim()))
        {
            if (Made().Match(statement) is { Success: true } table) made.Add(table.Groups[1].Value);
            if (Target().Match(statement) is { Success: true } target && made.Contains(target.Groups[1].Value)) continue; // nobody reads it yet
            if (TakesAway().IsMatch(statement) || AddedColumns().Matches(statement).Any(column => !HasValue().IsMatch(column.Value))) faults.Add(statement);
        }
        return faults;
    }

    private static IEnumerable<(string Name, string Sql)> ReadAll()
    {
        foreach (var assembly in Modules.Assemblies.Append(typeof(AkashiModule).Assembly))
        {
            foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.EndsWith(".sql", StringComparison.Ordinal) && name.Contains(".Migrations.", StringComparison.Ordinal)))
            {
                using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!);
                yield return ($"{assembly.GetName().Name}/{resource[(resource.IndexOf(".Migrations.", StringComparison.Ordinal) + ".Migrations.".Length)..]}", reader.ReadToEnd());
            }
        }
    }

    [GeneratedRegex(@"--[^\n]*|/\*.*?\*/", RegexOptions.Singleline, 1000)]
    private static partial Regex Comments();

    /// <summary>Literals and function bodies: what they do is not judged here.</summary>
    [GeneratedRegex(@"\$\$.*?\$\$|'(?:[^']|'')*'", RegexOptions.Singleline, 1000)]
    private static partial Regex Quoted();

    [GeneratedRegex(@"\s+", RegexOptions.None, 1000)]
    private static partial Regex Space();

    [GeneratedRegex(@"^CREATE (?:UNLOGGED )?(?:TABLE|FUNCTION) (?:IF NOT EXISTS )?([\w.]+)", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Made();

    [GeneratedRegex(@"^(?:ALTER TABLE (?:ONLY )?|CREATE UNIQUE INDEX (?:\w+ )?ON |REVOKE [\w ,]+ ON (?:FUNCTION |TABLE )?)([\w.]+)", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex Target();

    [GeneratedRegex(@"^(?:DROP|REVOKE|TRUNCATE)\b|^ALTER\b.*\b(?:DROP (?!NOT NULL|DEFAULT)|RENAME\b|TYPE\b|SET NOT NULL|ADD (?:CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)\b)|^CREATE UNIQUE INDEX\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex TakesAway();

    /// <summary>Each column that a statement adds, up to the next one, when it may not be empty.</summary>
    [GeneratedRegex(@"\bADD COLUMN (?:(?!\bADD COLUMN\b).)*\bNOT NULL\b(?:(?!\bADD COLUMN\b).)*", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex AddedColumns();

    [GeneratedRegex(@"\b(?:DEFAULT|GENERATED)\b", RegexOptions.IgnoreCase, 1000)]
    private static partial Regex HasValue();
}
