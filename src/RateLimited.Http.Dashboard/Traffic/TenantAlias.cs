using System.Security.Cryptography;
using System.Text;

namespace RateLimited.Http.Dashboard.Traffic;

/// <summary>
/// What stands for a tenant's name before those who may see the page because everybody may: the same for the same tenant while the program runs, and nothing from which the name could be found by trying. Thread-safe.
/// </summary>
internal sealed class TenantAlias
{
    private const int KeyLength = 32;

    private const int Digits = 10;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(KeyLength);

    public string Of(string tenant) => $"#{Convert.ToHexStringLower(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(tenant)))[..Digits]}";
}
