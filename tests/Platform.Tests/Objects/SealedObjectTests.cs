using System.Security.Cryptography;
using Akashi.Platform.Crypto;
using Akashi.Platform.Objects;
using Akashi.Platform.Tenancy;
using Akashi.TestKit;
using Xunit;

namespace Akashi.Platform.Tests.Objects;

public sealed class SealedObjectTests : IDisposable
{
    private const int Chunk = 1 << 20;
    private readonly TestFolder _folder = new();
    private readonly KeyStore _keys;
    private readonly TenantId _tenant = TenantId.New(TimeProvider.System);

    public SealedObjectTests()
    {
        _keys = KeyStore.Open(Path.Combine(_folder.Path, "keys"));
        _keys.CreateTenantKeys(_tenant);
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(Chunk - 1)]
    [InlineData(Chunk)]
    [InlineData(Chunk + 1)]
    [InlineData((3 * Chunk) + 17)]
    public void Open_WhatWasSealed_ComesBack(int length)
    {
        var content = RandomNumberGenerator.GetBytes(length);
        var sealedObject = SealedObject.Seal(_keys, _tenant, "header"u8, content);
        Assert.Equal("header"u8.ToArray(), SealedObject.HeaderOf(sealedObject).ToArray());
        Assert.Equal(content, SealedObject.Open(_keys, _tenant, sealedObject));
    }

    [Fact]
    public void Open_AnyByteChangedOrCut_IsRefused()
    {
        var sealedObject = SealedObject.Seal(_keys, _tenant, "header"u8, "content of the object"u8);
        for (var at = 0; at < sealedObject.Length; at++)
        {
            var changed = sealedObject.ToArray();
            changed[at] ^= 0x10;
            AssertRefused(changed);
            AssertRefused(sealedObject[..at]);
        }
    }

    [Fact]
    public void Open_CutAtTheEndOfAChunk_IsRefused()
    {
        var sealedObject = SealedObject.Seal(_keys, _tenant, "h"u8, new byte[2 * Chunk]);
        AssertRefused(sealedObject[..^(Chunk + 16)]);
    }

    [Fact]
    public void Open_ByAnotherTenant_IsRefused()
    {
        var other = TenantId.New(TimeProvider.System);
        _keys.CreateTenantKeys(other);
        var sealedObject = SealedObject.Seal(_keys, _tenant, "header"u8, "content"u8);
        Assert.ThrowsAny<CryptographicException>(() => SealedObject.Open(_keys, other, sealedObject));
    }

    private void AssertRefused(byte[] bytes)
    {
        var error = Record.Exception(() => SealedObject.Open(_keys, _tenant, bytes));
        Assert.True(error is InvalidDataException or CryptographicException, $"{error?.GetType().Name ?? "no error"}");
    }
}
