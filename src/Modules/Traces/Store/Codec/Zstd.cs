using System.Collections.Concurrent;
using System.Runtime.InteropServices;

namespace Akashi.Traces.Store.Codec;

/// <summary>The system's libzstd with pooled contexts.</summary>
internal static partial class Zstd
{
    private const string Library = "libzstd.so.1";
    private static readonly int MaxPooled = Environment.ProcessorCount * 2;
    private static readonly ConcurrentBag<nint> Compressors = [];
    private static readonly ConcurrentBag<nint> Decompressors = [];

    public static int Bound(int length) => (int)ZSTD_compressBound((nuint)length);

    /// <param name="dictionary">Made for the level; then the level does not count.</param>
    /// <returns>Bytes written.</returns>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination, int level, ZstdDictionary? dictionary = null)
    {
        if (!Compressors.TryTake(out var context)) context = Created(ZSTD_createCCtx());
        try
        {
            var written = dictionary is null
                ? ZSTD_compressCCtx(context, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length, in MemoryMarshal.GetReference(source), (nuint)source.Length, level)
                : ZSTD_compress_usingCDict(context, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length, in MemoryMarshal.GetReference(source), (nuint)source.Length, dictionary);
            if (ZSTD_isError(written) != 0) throw new InvalidOperationException($"libzstd cannot compress {source.Length} bytes: {Name(written)}.");
            return (int)written;
        }
        finally
        {
            if (Compressors.Count < MaxPooled) Compressors.Add(context);
            else _ = ZSTD_freeCCtx(context);
        }
    }

    /// <summary>Fills <paramref name="destination"/> exactly.</summary>
    /// <exception cref="InvalidDataException">The source is damaged or holds more or less.</exception>
    public static void Decompress(ReadOnlySpan<byte> source, Span<byte> destination, ZstdDictionary? dictionary = null)
    {
        if (!Decompressors.TryTake(out var context)) context = Created(ZSTD_createDCtx());
        try
        {
            var written = dictionary is null
                ? ZSTD_decompressDCtx(context, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length, in MemoryMarshal.GetReference(source), (nuint)source.Length)
                : ZSTD_decompress_usingDDict(context, ref MemoryMarshal.GetReference(destination), (nuint)destination.Length, in MemoryMarshal.GetReference(source), (nuint)source.Length, dictionary);
            if (ZSTD_isError(written) != 0) throw new InvalidDataException($"zstd: {Name(written)}.");
            if (written != (nuint)destination.Length) throw new InvalidDataException($"zstd: {written} bytes instead of {destination.Length}.");
        }
        finally
        {
            if (Decompressors.Count < MaxPooled) Decompressors.Add(context);
            else _ = ZSTD_freeDCtx(context);
        }
    }

    private static nint Created(nint context) => context != 0 ? context : throw new IOException("libzstd cannot create a context.");

    private static string Name(nuint code) => Marshal.PtrToStringUTF8(ZSTD_getErrorName(code)) ?? "unknown error";

    [LibraryImport(Library)]
    private static partial nint ZSTD_createCCtx();

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeCCtx(nint context);

    [LibraryImport(Library)]
    private static partial nint ZSTD_createDCtx();

    [LibraryImport(Library)]
    private static partial nuint ZSTD_freeDCtx(nint context);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_compressBound(nuint length);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_compressCCtx(nint context, ref byte destination, nuint capacity, in byte source, nuint length, int level);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_decompressDCtx(nint context, ref byte destination, nuint capacity, in byte source, nuint length);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_compress_usingCDict(nint context, ref byte destination, nuint capacity, in byte source, nuint length, ZstdDictionary dictionary);

    [LibraryImport(Library)]
    private static partial nuint ZSTD_decompress_usingDDict(nint context, ref byte destination, nuint capacity, in byte source, nuint length, ZstdDictionary dictionary);

    [LibraryImport(Library)]
    private static partial uint ZSTD_isError(nuint code);

    [LibraryImport(Library)]
    private static partial nint ZSTD_getErrorName(nuint code);
}
