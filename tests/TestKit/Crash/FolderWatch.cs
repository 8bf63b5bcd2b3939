using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Akashi.TestKit.Crash;

/// <summary>What happened to an entry of a watched folder (inotify(7)).</summary>
[Flags]
public enum FolderChange : uint
{
    Written = 0x8,
    Opened = 0x20,
    MovedHere = 0x80,
    Created = 0x100,
    Deleted = 0x200,
}

public readonly record struct FolderEvent(string Folder, string Name, FolderChange Change);

/// <summary>Tells at once what happens in folders, opening included, which FileSystemWatcher does not. One thread of its own.</summary>
public sealed partial class FolderWatch : IDisposable
{
    private const uint Mask = (uint)(FolderChange.Written | FolderChange.Opened | FolderChange.MovedHere | FolderChange.Created | FolderChange.Deleted);
    private const uint IsFolder = 0x40000000;
    private const int HeaderSize = 16;

    private readonly int _descriptor;
    private readonly Dictionary<int, string> _folders = [];
    private readonly Lock _gate = new();
    private readonly Action<FolderEvent> _seen;
    private readonly Thread _thread;
    private volatile bool _ended;

    /// <param name="seen">Called on the watching thread.</param>
    public FolderWatch(Action<FolderEvent> seen)
    {
        _seen = seen;
        _descriptor = Initialise(0);
        if (_descriptor < 0) throw new InvalidOperationException($"inotify is not available: {Marshal.GetLastPInvokeErrorMessage()}");
        _thread = new Thread(Watch) { IsBackground = true, Name = "folder watch" };
        _thread.Start();
    }

    /// <summary>Watches a folder and all below it, also those that are made later.</summary>
    public void Add(string folder)
    {
        lock (_gate)
        {
            var watch = AddWatch(_descriptor, folder, Mask);
            if (watch >= 0) _folders[watch] = folder;
        }
        foreach (var below in Directory.EnumerateDirectories(folder)) Add(below);
    }

    public void Dispose()
    {
        _ended = true;
        _thread.Join();
        _ = Close(_descriptor);
    }

    private void Watch()
    {
        var buffer = new byte[64 * 1024];
        while (!_ended)
        {
            var wanted = new Polled { Descriptor = _descriptor, Events = 1 };
            if (Poll(ref wanted, 1, 100) <= 0) continue;
            var length = (int)Read(_descriptor, buffer, (nuint)buffer.Length);
            for (var at = 0; at + HeaderSize <= length;)
            {
                var watch = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at));
                var mask = BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(at + 4));
                var nameLength = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(at + 12));
                var name = Encoding.UTF8.GetString(buffer, at + HeaderSize, nameLength).TrimEnd('\0');
                at += HeaderSize + nameLength;
                Report(watch, mask, name);
            }
        }
    }

    private void Report(int watch, uint mask, string name)
    {
        string? folder;
        lock (_gate) _folders.TryGetValue(watch, out folder);
        if (folder is null || name.Length == 0) return;
        if ((mask & IsFolder) == 0) _seen(new FolderEvent(folder, name, (FolderChange)(mask & Mask)));
        else if ((mask & (uint)FolderChange.Created) != 0) Add(Path.Combine(folder, name));
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Polled
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [LibraryImport("libc", EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int Initialise(int flags);

    [LibraryImport("libc", EntryPoint = "inotify_add_watch", StringMarshalling = StringMarshalling.Utf8, SetLastError = true)]
    private static partial int AddWatch(int descriptor, string path, uint mask);

    [LibraryImport("libc", EntryPoint = "poll")]
    private static partial int Poll(ref Polled polled, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "read")]
    private static partial nint Read(int descriptor, byte[] buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
