using System.Security.Cryptography;
using System.Text;
using Akashi.Identity.Passwords;

namespace Akashi.Identity.Tests.Passwords;

public sealed class PasswordHashTests
{
    // Made with Python's hashlib.pbkdf2_hmac('sha512', 'correct horse', b'0123456789abcdef', 210000, 32).
    private const string Foreign = "v1$pbkdf2-sha512$210000$MDEyMzQ1Njc4OWFiY2RlZg==$k8YH0Yn3oOV/55BXLWBweWK4tppWYEpSjRW0XrRWj+I=";

    [Fact]
    public void Verify_HashOfAnotherImplementation_Accepts() => Assert.True(PasswordHash.Verify(Foreign, "correct horse", PasswordHash.MinimumRounds));

    [Fact]
    public void Verify_RightAndWrong_TellsThemApart()
    {
        var stored = PasswordHash.Create("Sesame-42", PasswordHash.MinimumRounds);
        Assert.StartsWith("v1$pbkdf2-sha512$210000$", stored, StringComparison.Ordinal);
        Assert.True(PasswordHash.Verify(stored, "Sesame-42", PasswordHash.MinimumRounds));
        Assert.False(PasswordHash.Verify(stored, "Sesame-43", PasswordHash.MinimumRounds));
    }

    [Fact]
    public void Verify_NothingStored_IsFalse() => Assert.False(PasswordHash.Verify(null, "Sesame-42", PasswordHash.MinimumRounds));

    [Fact]
    public void Create_BelowTheMinimum_Refuses() => Assert.Throws<ArgumentOutOfRangeException>(() => PasswordHash.Create("x", PasswordHash.MinimumRounds - 1));

    [Theory]
    [InlineData("v1$pbkdf2-sha512$210000$AAAA", true)]
    [InlineData("v2$argon2id$3$AAAA$AAAA", true)]
    [InlineData("v1$pbkdf2-sha512$0$AAAA$AAAA", true)]
    [InlineData("v1$pbkdf2-sha512$999999999$AAAA$AAAA", true)]
    [InlineData("", true)]
    public void IsOutdated_DamagedOrForeign_Throws(string stored, bool throws) =>
        Assert.Equal(throws, Record.Exception(() => PasswordHash.IsOutdated(stored, PasswordHash.MinimumRounds)) is FormatException);

    [Fact]
    public void IsOutdated_HigherCost_IsTrue()
    {
        var stored = $"v1$pbkdf2-sha512$1000${Convert.ToBase64String(new byte[16])}${Convert.ToBase64String(Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes("x"), new byte[16], 1000, HashAlgorithmName.SHA512, 32))}";
        Assert.True(PasswordHash.IsOutdated(stored, PasswordHash.MinimumRounds));
        Assert.True(PasswordHash.Verify(stored, "x", PasswordHash.MinimumRounds));
    }
}
