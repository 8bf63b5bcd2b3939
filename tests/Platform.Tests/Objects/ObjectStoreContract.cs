using System.Security.Cryptography;
using Akashi.Platform.Objects;
using Xunit;

namespace Akashi.Platform.Tests.Objects;

/// <summary>What every object store promises; run once for each.</summary>
public abstract class ObjectStoreContract
{
    private const int Large = (12 << 20) + 345;

    protected abstract IObjectStore Store { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A key that no other test uses.</summary>
    private static ObjectKey NewKey(string name = "object") => ObjectKey.Of("t" + RandomNumberGenerator.GetHexString(16, lowercase: true), name);

    private static byte[] Sealed(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        "AKOB"u8.CopyTo(content);
        return content;
    }

    [Fact]
    public async Task Read_WhatWasWritten_ComesBack()
    {
        var (key, content) = (NewKey(), Sealed(100_000));
        await Store.WriteAsync(key, content, Cancellation);
        Assert.Equal(content, await Store.ReadAsync(key, Cancellation));
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(0, 10)]
    [InlineData(7, 20)]
    [InlineData(990, 100)]
    [InlineData(990, null)]
    [InlineData(1000, 5)]
    [InlineData(5, 0)]
    public async Task Open_Range_GivesThatPart(int offset, int? length)
    {
        var (key, content) = (NewKey(), Sealed(1000));
        await Store.WriteAsync(key, content, Cancellation);
        await using var stream = await Store.OpenAsync(key, offset, length, Cancellation);
        using var memory = new MemoryStream();
        await stream.CopyToAsync(memory, Cancellation);
        Assert.Equal(content.AsSpan(offset, Math.Min(length ?? int.MaxValue, content.Length - offset)).ToArray(), memory.ToArray());
    }

    [Fact]
    public async Task Write_TakenKey_IsRefusedAndKeepsTheFirst()
    {
        var (key, first) = (NewKey(), Sealed(50));
        await Store.WriteAsync(key, first, Cancellation);
        await Assert.ThrowsAsync<ObjectExistsException>(() => Store.WriteAsync(key, Sealed(60), Cancellation));
        await Assert.ThrowsAsync<ObjectExistsException>(() => Store.WriteAsync(key, new MemoryStream(Sealed(60)), Cancellation));
        Assert.Equal(first, await Store.ReadAsync(key, Cancellation));
    }

    [Fact]
    public async Task Write_NotSealed_IsRefused()
    {
        var key = NewKey();
        await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync(key, "customer data"u8.ToArray(), Cancellation));
        await Assert.ThrowsAsync<ArgumentException>(() => Store.WriteAsync(key, new MemoryStream("customer data"u8.ToArray()), Cancellation));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadAsync(key, Cancellation));
    }

    [Fact]
    public async Task Read_MissingKey_SaysSo()
    {
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadAsync(NewKey(), Cancellation));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.OpenAsync(NewKey(), 3, 4, Cancellation));
    }

    [Fact]
    public async Task Delete_Object_IsGoneAndCanBeRepeated()
    {
        var key = NewKey();
        await Store.WriteAsync(key, Sealed(10), Cancellation);
        await Store.DeleteAsync(key, Cancellation);
        await Store.DeleteAsync(key, Cancellation);
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadAsync(key, Cancellation));
        await Store.WriteAsync(key, Sealed(10), Cancellation);
    }

    [Fact]
    public async Task List_Folder_PagesInOrderOfKeys()
    {
        var folder = NewKey("f");
        string[] names = ["A", "a/x", "a/y/z", "ab", "ac-1", "ac.2", "b/1", "b/2", "c"];
        foreach (var name in names) await Store.WriteAsync(new ObjectKey($"{folder}/{name}"), Sealed(20), Cancellation);
        await Store.WriteAsync(new ObjectKey($"{folder}x"), Sealed(20), Cancellation); // begins alike, lies outside
        var expected = names.Order(StringComparer.Ordinal).Select(name => $"{folder}/{name}").ToList();
        foreach (var limit in new[] { 1, 2, 3, 100 })
        {
            var found = new List<string>();
            ObjectKey? after = null;
            while (true)
            {
                var page = await Store.ListAsync(folder, after, limit, Cancellation);
                Assert.True(page.Count <= limit);
                found.AddRange(page.Select(entry => entry.Key.ToString()));
                if (page.Count < limit) break;
                after = page[^1].Key;
            }
            Assert.Equal(expected, found);
        }
        var all = new List<ObjectEntry>();
        await foreach (var entry in Store.AllAsync(folder, Cancellation)) all.Add(entry);
        Assert.Equal(expected, all.Select(entry => entry.Key.ToString()));
        Assert.All(all, entry => Assert.Equal(20, entry.Bytes));
        Assert.All(all, entry => Assert.InRange(entry.WrittenAt, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5)));
    }

    [Fact]
    public async Task List_MissingFolder_IsEmpty() => Assert.Empty(await Store.ListAsync(NewKey(), null, 10, Cancellation));

    [Fact]
    public async Task Write_LargeStream_ComesBackWhole()
    {
        var (key, content) = (NewKey(), Sealed(Large));
        await Store.WriteAsync(key, new MemoryStream(content), Cancellation);
        Assert.Equal(SHA256.HashData(content), SHA256.HashData(await Store.ReadAsync(key, Cancellation)));
        Assert.Equal(Large, Assert.Single(await Store.ListAsync(new ObjectKey(key.ToString().Split('/')[0]), null, 10, Cancellation)).Bytes);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(Large - 1000)]
    public async Task Write_SourceFailsMidway_LeavesNothingVisible(int failAt)
    {
        var key = NewKey();
        await Assert.ThrowsAsync<IOException>(() => Store.WriteAsync(key, new FailingStream(Sealed(Large), failAt), Cancellation));
        await Assert.ThrowsAsync<FileNotFoundException>(() => Store.ReadAsync(key, Cancellation));
        Assert.Empty(await Store.ListAsync(new ObjectKey(key.ToString().Split('/')[0]), null, 10, Cancellation));
        var content = Sealed(40);
        await Store.WriteAsync(key, content, Cancellation);
        Assert.Equal(content, await Store.ReadAsync(key, Cancellation));
    }

    [Fact]
    public async Task Write_ManyAtOnce_KeepsEach()
    {
        var folder = NewKey();
        var contents = Enumerable.Range(0, 40).Select(number => (Key: folder.Below($"o{number}"), Content: Sealed(5000 + number))).ToList();
        await Parallel.ForEachAsync(contents, Cancellation, async (pair, cancellation) => await Store.WriteAsync(pair.Key, pair.Content, cancellation));
        foreach (var (key, content) in contents) Assert.Equal(content, await Store.ReadAsync(key, Cancellation));
    }

    [Fact]
    public async Task Write_OneKeyByManyAtOnce_IsOneOfThemWhole()
    {
        Assert.SkipUnless(DecidesBetweenWriters, "This server takes a second write of a key, and mixes the two while they run.");
        var key = NewKey();
        var contents = Enumerable.Range(0, 8).Select(number => Sealed(200_000 + number)).ToList();
        var succeeded = 0;
        await Parallel.ForEachAsync(contents, Cancellation, async (content, cancellation) =>
        {
            try
            {
                await Task.Run(() => Store.WriteAsync(key, content, cancellation), cancellation);
                Interlocked.Increment(ref succeeded);
            }
            catch (ObjectExistsException)
            {
                // another was first
            }
        });
        Assert.Equal(1, succeeded);
        var stored = await Store.ReadAsync(key, Cancellation);
        Assert.Contains(contents, content => content.AsSpan().SequenceEqual(stored));
    }

    /// <summary>Whether the server behind it knows conditional writes.</summary>
    protected abstract bool DecidesBetweenWriters { get; }

    /// <summary>Gives so many bytes of a content and then fails, as a connection does that breaks.</summary>
    private sealed class FailingStream(byte[] content, int failAt) : MemoryStream(content)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            Position >= failAt ? throw new IOException("The source broke.") : base.ReadAsync(buffer[..(int)Math.Min(buffer.Length, failAt - Position)], cancellationToken);

        public override int Read(byte[] buffer, int offset, int count) => Position >= failAt ? throw new IOException("The source broke.") : base.Read(buffer, offset, Math.Min(count, (int)(failAt - Position)));

        public override async Task CopyToAsync(Stream destination, int bufferSize, CancellationToken cancellationToken)
        {
            var buffer = new byte[bufferSize];
            while (await ReadAsync(buffer, cancellationToken) is > 0 and var read) await destination.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
        }
    }
}
