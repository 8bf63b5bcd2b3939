using System.Security.Cryptography;
using Akashi.Platform.Crypto;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Akashi.TestKit.PowerCut;

namespace Akashi.App.Tests.Durability;

/// <summary>
/// A kill keeps the page cache, a power cut does not. From a trace of the real server: the order of fsync and answer, and what would be
/// left of the data folder after a power cut at every single step.
/// </summary>
public sealed class PowerCutTests(TracedService traced) : IClassFixture<TracedService>
{
    [Fact]
    public void Trace_EachBatch_IsOnDiskBeforeItsAnswer()
    {
        Assert.SkipWhen(traced.WhySkipped is not null, traced.WhySkipped ?? "");
        foreach (var batch in traced.Batches)
        {
            var (asked, answered) = ExchangeOf(batch);
            var folder = Path.GetDirectoryName(batch.ObjectPath)!;
            var moved = Single("renameat2", call => call.Texts is [_, var to] && to == batch.ObjectPath);
            var temporary = moved.Texts[0];
            var written = traced.Trace.Last(call => call.Name is "pwrite64" or "write" && call.DescriptorPath == temporary);
            var synced = Single("fsync", call => call.DescriptorPath == temporary);
            var folderSynced = traced.Trace.First(call => call.Name == "fsync" && call.Result == 0 && call.DescriptorPath == folder && call.Begin > moved.End);
            var committed = traced.Trace.First(call => call.IsDatabase && call.Begin > folderSynced.End && call.Arguments.Contains("COMMIT", StringComparison.Ordinal));

            Assert.True(asked.Begin < written.Begin, "the request came first");
            Assert.True(written.End < synced.Begin, "the file is synced after its last byte");
            Assert.True(synced.End < moved.Begin, "it gets its name after that");
            Assert.True(moved.End < folderSynced.Begin && folderSynced.End < committed.Begin, "the folder is synced before the manifest is committed");
            Assert.True(committed.End < answered.Begin, "the answer is sent after the commit");
            Assert.Contains(traced.DatabaseTrace, flush => flush.Result == 0 && flush.Arguments.Contains("/pg_wal/", StringComparison.Ordinal) && flush.Time > committed.Time && flush.Time < answered.Time);
        }
    }

    [Fact]
    public void Replay_PowerCutAtEveryStep_LosesNothingAcknowledged()
    {
        Assert.SkipWhen(traced.WhySkipped is not null, traced.WhySkipped ?? "");
        var (findings, steps, states) = Replay(traced.Trace);
        TestContext.Current.TestOutputHelper?.WriteLine($"{steps} steps, {states} different states left on disk, {traced.Batches.Count} batches.");
        Assert.True(findings.Count == 0, string.Join('\n', findings.Take(5)));
        Assert.True(states > traced.Batches.Count, "each batch changed what is on disk");
    }

    /// <summary>Proves that the replay can fail: without one kind of fsync the same trace loses what was acknowledged.</summary>
    [Theory]
    [InlineData("files")]
    [InlineData("folders of objects")]
    [InlineData("folders above")]
    [InlineData("keys")]
    public void Replay_WithoutOneKindOfSync_LosesBatches(string left)
    {
        Assert.SkipWhen(traced.WhySkipped is not null, traced.WhySkipped ?? "");
        var leaves = traced.Batches.Select(batch => Path.GetDirectoryName(batch.ObjectPath)!).ToHashSet(StringComparer.Ordinal);
        bool Dropped(string path) => left switch
        {
            "files" => path.EndsWith(".tmp", StringComparison.Ordinal) && path.StartsWith(traced.Service.ObjectsFolder, StringComparison.Ordinal),
            "folders of objects" => leaves.Contains(path),
            "folders above" => leaves.Any(leaf => Path.GetDirectoryName(leaf) == path),
            _ => path.StartsWith(Path.Combine(traced.Service.Data, "keys"), StringComparison.Ordinal),
        };
        var weakened = traced.Trace.Where(call => call.Name is not ("fsync" or "fdatasync") || call.DescriptorPath is not { } path || !Dropped(path)).ToList();
        Assert.NotEmpty(Replay(weakened).Findings);
    }

    /// <summary>The first send on the batch's connection after the request's last byte came.</summary>
    private (SystemCall Asked, SystemCall Answered) ExchangeOf(TracedBatch batch)
    {
        var moved = Single("renameat2", call => call.Texts is [_, var to] && to == batch.ObjectPath);
        var connection = traced.Trace.Where(call => call.ClientOf(traced.Service.Port) == batch.ClientPort && call.Result > 0).ToList();
        var asked = connection.Last(call => call.Name.StartsWith("recv", StringComparison.Ordinal) && call.End < moved.Begin && !call.Arguments.Contains("MSG_PEEK", StringComparison.Ordinal));
        var answered = connection.OrderBy(call => call.Begin).First(call => call.Name.StartsWith("send", StringComparison.Ordinal) && call.Begin > asked.End);
        return (asked, answered);
    }

    private SystemCall Single(string name, Func<SystemCall, bool> condition) => traced.Trace.Single(call => call.Name == name && call.Result == 0 && condition(call));

    private (IReadOnlyList<string> Findings, int Steps, int States) Replay(IReadOnlyList<SystemCall> trace)
    {
        var replay = new FileReplay(traced.Service.Data);
        var acknowledged = traced.Batches.Select(batch => (Batch: batch, At: ExchangeOf(batch).Answered.Begin)).OrderBy(pair => pair.At).ToList();
        // Just before the first batch that goes into it.
        var first = traced.Batches.Where(batch => batch.ObjectPath.StartsWith(traced.UnsyncedFolder, StringComparison.Ordinal)).MinBy(batch => batch.Order)!;
        var made = ExchangeOf(first).Asked.Begin;
        using var folder = new TestFolder();
        var findings = new List<string>();
        var (checkedVersion, states, due) = (-1L, 0, 0);
        var publishing = new HashSet<string>(StringComparer.Ordinal);
        foreach (var call in trace)
        {
            while (due < acknowledged.Count && acknowledged[due].At <= call.End) due++;
            if (call.Begin >= made) replay.AddUnsyncedFolder(traced.UnsyncedFolder);
            replay.Apply(call);
            var published = IsPublication(call, publishing);
            if (due == 0 || (replay.Version == checkedVersion && !published && acknowledged[due - 1].At != call.Begin)) continue;
            checkedVersion = replay.Version;
            states++;
            var target = folder.File("left");
            replay.Materialise(target);
            foreach (var (batch, _) in acknowledged.Take(due))
                if (Fault(target, batch) is { } fault) findings.Add($"step {call.End}: batch {batch.Batch.Name.Id}: {fault}");
            if (published)
            {
                foreach (var segment in replay.Existing(".seg"))
                    if (!SameContent(segment, Path.Combine(target, Path.GetRelativePath(traced.Service.Data, segment)))) findings.Add($"step {call.End}: segment {segment} was published but is not whole on disk");
            }
        }
        return (findings, trace.Count, states);
    }

    /// <summary>The commit of a transaction that wrote into the segment catalogue.</summary>
    private static bool IsPublication(SystemCall call, HashSet<string> publishing)
    {
        if (!call.IsDatabase || !call.Name.StartsWith("send", StringComparison.Ordinal)) return false;
        var socket = call.Arguments[..call.Arguments.IndexOf('>', StringComparison.Ordinal)];
        if (call.Arguments.Contains("INSERT INTO traces.segment", StringComparison.Ordinal)) publishing.Add(socket);
        return call.Arguments.Contains("COMMIT", StringComparison.Ordinal) && publishing.Remove(socket);
    }

    /// <summary>Null when the batch can be read from what is left on disk, with the keys that are left there.</summary>
    private string? Fault(string left, TracedBatch batch)
    {
        var tenant = Path.GetRelativePath(traced.Service.ObjectsFolder, batch.ObjectPath).Split('/')[0];
        try
        {
            if (!File.Exists(Path.Combine(left, "keys", "master.key"))) return "the master key is gone";
            var keys = KeyStore.Open(Path.Combine(left, "keys"));
            var stored = File.ReadAllBytes(Path.Combine(left, Path.GetRelativePath(traced.Service.Data, batch.ObjectPath)));
            if (!TenantId.TryParse(tenant, out var id)) return $"'{tenant}' is no tenant";
            return Sha256.Of(SealedObject.Open(keys, id, stored)) == batch.Digest ? null : "it holds other bytes";
        }
        catch (Exception e) when (e is IOException or CryptographicException or InvalidDataException or InvalidOperationException)
        {
            return e.Message;
        }
    }

    private static bool SameContent(string expected, string actual) => File.Exists(actual) && File.ReadAllBytes(actual).AsSpan().SequenceEqual(File.ReadAllBytes(expected));
}
