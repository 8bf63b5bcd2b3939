using System.Diagnostics.CodeAnalysis;

namespace Akashi.Platform.Tenancy;

/// <summary>Identifies one tenant (one contract). Never empty; written as 32 lower-case hex digits.</summary>
public readonly record struct TenantId
{
    private readonly Guid _value;

    public TenantId(Guid value)
    {
        if (value == Guid.Empty) throw new ArgumentException("A tenant id cannot be empty.", nameof(value));
        _value = value;
    }

    public Guid Value => _value != Guid.Empty ? _value : throw new InvalidOperationException("An unset tenant id was used.");

    public static TenantId New(TimeProvider clock) => new(Guid.CreateVersion7(clock.GetUtcNow()));

    public static bool TryParse([NotNullWhen(true)] string? text, out TenantId id)
    {
        id = default;
        if (!Guid.TryParseExact(text, "N", out var value) || value == Guid.Empty) return false;
        id = new TenantId(value);
        return true;
    }

    public override string ToString() => Value.ToString("N");
}
