using System.Text;
using Akashi.Agent.Protocol;
using Akashi.TestKit.Terminals;

namespace Akashi.App.Tests.Receiving;

/// <summary>Batches that must be refused for good: what is sent, and the code that must come back.</summary>
internal static class HostileBatches
{
    private const int ManyEntries = 10_000_000;
    private const long TenGigabytes = 10L << 30;

    private static readonly byte[] Log = Encoding.ASCII.GetBytes("02/01/2026 13:20:00.500 +0900 type=ITM2 evt=ps subEvt=start\n");

    /// <summary>By name: makes the zip for a batch, and the code.</summary>
    public static readonly IReadOnlyDictionary<string, (Func<BatchName, byte[]> Make, string Code)> All = new Dictionary<string, (Func<BatchName, byte[]>, string)>(StringComparer.Ordinal)
    {
        ["empty body"] = (_ => [], "zip-truncated"),
        ["no zip at all"] = (_ => Encoding.ASCII.GetBytes(new string('x', 5000)), "zip-truncated"),
        ["cut in the middle"] = (name => Sound(name)[..(Sound(name).Length / 2)], "zip-truncated"),
        ["last byte missing"] = (name => Sound(name)[..^1], "zip-truncated"),
        ["first byte missing"] = (name => Sound(name)[1..], "zip-directory"),
        ["bytes behind the end"] = (name => [.. Sound(name), 0], "zip-truncated"),
        ["10 GB of zeros, declared"] = (name => HostileZip.Of([Entry(name) with { Data = HostileZip.DeflatedZeros(TenGigabytes), Size = uint.MaxValue, Extra = Zip64Size(TenGigabytes) }]), "zip-bomb"),
        ["10 GB of zeros, declared as 1 KB"] = (name => HostileZip.Of([Entry(name) with { Data = HostileZip.DeflatedZeros(TenGigabytes), Size = 1024 }]), "zip-size"),
        ["10 GB of zeros, declared as 200 MB"] = (name => HostileZip.Of([Entry(name) with { Data = HostileZip.DeflatedZeros(TenGigabytes), Size = 200 << 20 }]), "zip-size"),
        ["60 bytes that promise 256 MB"] = (name => HostileZip.Of([Entry(name) with { Size = 256 << 20 }]), "zip-size"),
        ["10 M entries, declared"] = (name => HostileZip.Of([Entry(name)], declaredEntries: ushort.MaxValue, zip64: true, zip64Entries: ManyEntries), "zip-entries"),
        ["a million entries, present"] = (name => HostileZip.Of([.. Enumerable.Repeat(new HostileEntry("a", [], 0, 0) { Method = 0 }, 700_000), Entry(name)], declaredEntries: 1), "zip-directory"),
        ["two entries"] = (name => HostileZip.Of([Entry(name), Entry(name)]), "zip-entries"),
        ["two entries that say they are one"] = (name => HostileZip.Of([Entry(name), Entry(name)], declaredEntries: 1), "zip-directory"),
        ["no entry"] = (_ => HostileZip.Of([]), "zip-entries"),
        ["path upwards"] = (name => HostileZip.Of([Entry(name) with { Name = "../../" + name.EntryName }]), "zip-entry-name"),
        ["absolute path"] = (name => HostileZip.Of([Entry(name) with { Name = "/etc/cron.d/x" }]), "zip-entry-name"),
        ["Windows path"] = (name => HostileZip.Of([Entry(name) with { Name = @"..\..\" + name.EntryName }]), "zip-entry-name"),
        ["folder before the name"] = (name => HostileZip.Of([Entry(name) with { Name = "x/" + name.EntryName }]), "zip-entry-name"),
        ["name with a zero byte"] = (name => HostileZip.Of([Entry(name) with { Name = name.EntryName + "\0.txt" }]), "zip-entry-name"),
        ["two names for one entry"] = (name => HostileZip.Of([Entry(name) with { LocalName = "../" + name.EntryName }]), "zip-entry-name"),
        ["another time in the name"] = (name => HostileZip.Of([Entry(name) with { Name = "199901010000000.log" }]), "zip-entry-name"),
        ["wrong CRC"] = (name => HostileZip.Of([Entry(name) with { Crc = 1 }]), "zip-crc"),
        ["damaged data"] = (name => HostileZip.Of([Entry(name) with { Data = [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] }]), "zip-damaged"),
        ["encrypted"] = (name => HostileZip.Of([Entry(name) with { Flags = 1 }]), "zip-encrypted"),
        ["strange compression"] = (name => HostileZip.Of([Entry(name) with { Method = 93 }]), "zip-method"),
        ["shorter than declared"] = (name => HostileZip.Of([Entry(name) with { Size = (uint)Log.Length + 1 }]), "zip-size"),
        ["longer than declared"] = (name => HostileZip.Of([Entry(name) with { Size = (uint)Log.Length - 1 }]), "zip-size"),
        ["packed size beyond the end"] = (name => HostileZip.Of([Entry(name) with { PackedSize = 1 << 30 }]), "zip-truncated"),
        ["stored, sizes differ"] = (name => HostileZip.Of([HostileEntry.Stored(name.EntryName, Log) with { Size = 5 }]), "zip-size"),
    };

    private static byte[] Sound(BatchName name) => HostileZip.Of([Entry(name)]);

    private static HostileEntry Entry(BatchName name) => HostileEntry.Deflated(name.EntryName, Log);

    /// <summary>APPNOTE 4.5.3: the true size when the field is too small for it.</summary>
    private static byte[] Zip64Size(long size) => [1, 0, 8, 0, .. BitConverter.GetBytes(size)];
}
