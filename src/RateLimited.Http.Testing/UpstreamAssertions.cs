using System.Globalization;
using RateLimited.Http.Testing.Limits;

namespace RateLimited.Http.Testing;

/// <summary>What a test wants of an upstream's books. Each throws an <see cref="UpstreamAssertionException"/> that says what is wrong, whatever the test framework.</summary>
public static class UpstreamAssertions
{
    /// <summary>No request was refused by a limit. Refusals of a storm in the schedule of faults are not the client's.</summary>
    public static void ShouldNeverHaveRefused(this IUpstream upstream) => upstream.ShouldHaveRefusedAtMost(0);

    /// <summary>At most so many requests were refused by the limits.</summary>
    public static void ShouldHaveRefusedAtMost(this IUpstream upstream, long refusals)
    {
        var books = BooksOf(upstream);
        if (books.Refused > refusals)
        {
            var by = books.Names.Select(name => (Name: name, Count: books[name].Refused)).Where(static limit => limit.Count > 0).Select(static limit => $"{limit.Count} by {limit.Name}");
            var reasons = string.Join(", ", books.Banned > 0 ? by.Append($"{books.Banned} by a ban") : by);
            var expected = refusals == 0 ? "none" : $"at most {refusals}";
            Fail(books, string.Create(CultureInfo.InvariantCulture, $"The upstream refused {books.Refused} of {books.Admitted + books.Refused} requests and should have refused {expected}: {reasons}."));
        }
    }

    /// <summary>So many requests were admitted, or more.</summary>
    public static void ShouldHaveAdmittedAtLeast(this IUpstream upstream, long requests)
    {
        var books = BooksOf(upstream);
        if (books.Admitted < requests)
        {
            Fail(books, string.Create(CultureInfo.InvariantCulture, $"The upstream admitted {books.Admitted} requests and should have admitted at least {requests}."));
        }
    }

    /// <summary>This share of what was possible was used, of the limit that was used most.</summary>
    /// <param name="upstream">The upstream.</param>
    /// <param name="share">The share, 0 to 1.</param>
    public static void ShouldHaveUsedAtLeast(this IUpstream upstream, double share)
    {
        var books = BooksOf(upstream);
        Compare(books, books.Utilisation, share, "its quota");
    }

    /// <summary>This share of what was possible of one limit was used.</summary>
    /// <param name="upstream">The upstream.</param>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="limit">The limit's name; of a limit without one, its unit.</param>
    /// <exception cref="ArgumentException">No limit of that name counted anything.</exception>
    public static void ShouldHaveUsedAtLeast(this IUpstream upstream, double share, string limit)
    {
        var books = BooksOf(upstream);
        Compare(books, books.UtilisationOf(limit), share, $"the quota of {limit}");
    }

    /// <summary>In no window more was admitted than this, whatever the limit would have allowed: around the end of a fixed window that may be twice its quota.</summary>
    /// <param name="upstream">The upstream.</param>
    /// <param name="amount">The most, in the limit's unit.</param>
    /// <param name="limit">The limit's name; of a limit without one, its unit.</param>
    /// <exception cref="ArgumentException">No limit of that name counted anything.</exception>
    public static void ShouldNeverHaveExceeded(this IUpstream upstream, long amount, string limit = UnitCost.Requests)
    {
        var books = BooksOf(upstream);
        if (books[limit].Worst > amount)
        {
            Fail(books, string.Create(CultureInfo.InvariantCulture, $"The upstream admitted {books[limit].Worst} in the worst window of {limit}, more than {amount}."));
        }
    }

    private static UpstreamBooks BooksOf(IUpstream upstream)
    {
        ArgumentNullException.ThrowIfNull(upstream);
        return upstream.Books;
    }

    private static void Compare(UpstreamBooks books, double? used, double share, string what)
    {
        if (used is null)
        {
            Fail(books, $"Nothing was used of {what} that could be compared with {Percent(share)}: no request came.");
        }
        else if (used < share)
        {
            Fail(books, $"The client used {Percent(used.Value)} of {what} and should have used at least {Percent(share)}.");
        }
    }

    private static string Percent(double share) => share.ToString("0.0 %", CultureInfo.InvariantCulture);

    private static void Fail(UpstreamBooks books, string sentence) => throw new UpstreamAssertionException($"{sentence}\n{books}");
}
