using System.Security.Cryptography;
using Akashi.Platform.Objects;
using Xunit;

namespace Akashi.Platform.Tests.Objects;

public sealed class SealedStreamTests
{
    private const int Chunk = 1 << 20;
    private static readonly byte[] Key = RandomNumberGenerator.GetBytes(32);

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData((3 * Chunk) + 17)]
    public async Task Open_WhatWasSealed_ComesBack(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var stored = await SealAsync(content);
        Assert.Equal("AKOB"u8.ToArray(), stored[..4]);
        Assert.Equal(content, await OpenAsync(stored, Key));
    }

    [Fact]
    public async Task Open_CutAnywhereOrChanged_Fails()
    {
        var stored = await SealAsync(RandomNumberGenerator.GetBytes((2 * Chunk) + 5));
        foreach (var length in new[] { 0, 3, 8, 12, 20, 100, Chunk, 13 + Chunk + 16, stored.Length - 22, stored.Length - 21, stored.Length - 1 })
            Assert.NotNull(await Record.ExceptionAsync(() => OpenAsync(stored[..length], Key)));
        foreach (var position in new[] { 5, 9, 12, 14, Chunk, stored.Length - 1 })
        {
            var changed = (byte[])stored.Clone();
            changed[position] ^= 1;
            Assert.NotNull(await Record.ExceptionAsync(() => OpenAsync(changed, Key)));
        }
        Assert.NotNull(await Record.ExceptionAsync(() => OpenAsync(stored, RandomNumberGenerator.GetBytes(32))));
    }

    [Fact]
    public async Task Open_ExchangedChunks_Fails()
    {
        var stored = await SealAsync(RandomNumberGenerator.GetBytes(3 * Chunk));
        var (head, size) = (9 + "head"u8.Length, Chunk + 16);
        var exchanged = (byte[])stored.Clone();
        stored.AsSpan(head, size).CopyTo(exchanged.AsSpan(head + size));
        stored.AsSpan(head + size, size).CopyTo(exchanged.AsSpan(head));
        Assert.NotNull(await Record.ExceptionAsync(() => OpenAsync(exchanged, Key)));
    }

    private static byte[] Derive(byte[] key, ReadOnlySpan<byte> digest) => HKDF.DeriveKey(HashAlgorithmName.SHA256, key, 32, info: digest.ToArray());

    private static async Task<byte[]> SealAsync(byte[] content)
    {
        using var memory = new MemoryStream();
        await using var sealing = SealedStream.Seal(new MemoryStream(content), "head"u8, digest => Derive(Key, digest));
        await sealing.CopyToAsync(memory);
        return memory.ToArray();
    }

    private static async Task<byte[]> OpenAsync(byte[] stored, byte[] key)
    {
        using var memory = new MemoryStream();
        await using var opening = await SealedStream.OpenAsync(new MemoryStream(stored), digest => Derive(key, digest), CancellationToken.None);
        await opening.CopyToAsync(memory);
        return memory.ToArray();
    }
}
