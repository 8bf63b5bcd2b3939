using System.Security.Cryptography;
using System.Text;

namespace Akashi.Platform.Crypto;

/// <summary>
/// Seals short secrets with AES-256-GCM: version 1 | 12-byte random nonce | ciphertext | 16-byte tag.
/// The associated text says what the secret is and whose, so that one sealed value cannot stand in for another.
/// </summary>
public static class Envelope
{
    private const byte Version = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    public static byte[] Seal(ReadOnlySpan<byte> key, string associated, ReadOnlySpan<byte> secret)
    {
        var sealedBytes = new byte[1 + NonceSize + secret.Length + TagSize];
        sealedBytes[0] = Version;
        var nonce = sealedBytes.AsSpan(1, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(key, TagSize);
        aes.Encrypt(nonce, secret, sealedBytes.AsSpan(1 + NonceSize, secret.Length), sealedBytes.AsSpan(1 + NonceSize + secret.Length), Encoding.UTF8.GetBytes(associated));
        return sealedBytes;
    }

    /// <exception cref="CryptographicException">The value is damaged, of another key, or stands for something else.</exception>
    public static byte[] Open(ReadOnlySpan<byte> key, string associated, ReadOnlySpan<byte> sealedBytes)
    {
        if (sealedBytes.Length < 1 + NonceSize + TagSize || sealedBytes[0] != Version)
            throw new CryptographicException($"The sealed value for '{associated}' is damaged or of a newer version.");
        var secret = new byte[sealedBytes.Length - 1 - NonceSize - TagSize];
        using var aes = new AesGcm(key, TagSize);
        aes.Decrypt(sealedBytes.Slice(1, NonceSize), sealedBytes.Slice(1 + NonceSize, secret.Length), sealedBytes[^TagSize..], secret, Encoding.UTF8.GetBytes(associated));
        return secret;
    }
}
