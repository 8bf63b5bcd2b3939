using Akashi.Platform.Tenancy;
using Xunit;

namespace Akashi.Platform.Tests.Tenancy;

public sealed class TenantSecretTests
{
    private static readonly TenantId Tenant = new(Guid.Parse("01a1fdf4326074878f276e53c1ea3459"));

    [Fact]
    public void TryParse_WhatCreateMade_GivesTheSameDigest()
    {
        var (text, secret) = TenantSecret.Create(Tenant, '.');
        Assert.True(TenantSecret.TryParse(text, '.', out var parsed));
        Assert.Equal(Tenant, parsed.Tenant);
        Assert.Equal(secret.Digest, parsed.Digest);
        Assert.False(TenantSecret.TryParse(text, '_', out _));
    }

    [Fact]
    public void TryParse_AnyOtherText_IsRefusedOrAnotherSecret()
    {
        var (text, secret) = TenantSecret.Create(Tenant, '.');
        foreach (var candidate in Damage(text))
        {
            if (!TenantSecret.TryParse(candidate, '.', out var parsed)) continue;
            Assert.False(parsed.Tenant == secret.Tenant && parsed.Digest.AsSpan().SequenceEqual(secret.Digest), $"'{candidate}' stands for '{text}'");
        }
    }

    /// <summary>Every shortening, every character replaced by each of many, every doubling.</summary>
    private static IEnumerable<string> Damage(string text)
    {
        const string replacements = "0123456789abcdefABCDEFGHIJKLMNOPQRSTUVWXYZghijklmnopqrstuvwxyz-_.+/= \u0000\u00e9\uff10\ud800";
        for (var at = 0; at < text.Length; at++)
        {
            yield return text[..at];
            yield return text[..at] + text[at] + text[at..];
            foreach (var other in replacements)
            {
                if (other != text[at]) yield return text[..at] + other + text[(at + 1)..];
            }
        }
    }
}
