using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Akashi.Traces.Store.Codec;

/// <summary>Text that both sides know beforehand: what is like it takes a few bytes. One dictionary may serve many threads.</summary>
internal sealed partial class ZstdDictionary : SafeHandleZeroOrMinusOneIsInvalid
{
    private const string Library = "libzstd.so.1";
    private readonly bool _compresses;

    private ZstdDictionary(nint dictionary, bool compresses)
        : base(ownsHandle: true)
    {
        if (dictionary == 0) throw new IOException("libzstd cannot create a dictionary.");
        _compresses = compresses;
        SetHandle(dictionary);
    }

    public static ZstdDictionary ToCompress(ReadOnlySpan<byte> content, int level) =>
        new(ZSTD_createCDict(in MemoryMarshal.GetReference(content), (nuint)content.Length, level), compresses: true);

    public static ZstdDictionary ToDecompress(ReadOnlySpan<byte> content) =>
        new(ZSTD_createDDict(in MemoryMarshal.GetReference(content), (nuint)content.Length), compresses: false);

    protected override bool ReleaseHandle() => (_compresses ? ZSTD_freeCDict(handle) : ZSTD_freeDDict(handle)) == 0;

    [LibraryImport(Library)]
    private static partial nint ZSTD_createCDict(in byte content, nuint length, int level);

    [LibraryImport(Library)]
    private static partial nint ZSTD_createDDict(in byte content, nuint length);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeCDict(nint dictionary);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeDDict(nint dictionary);
}
