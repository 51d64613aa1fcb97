namespace RateLimited.Http.Arena.Demand;

/// <summary>Jain's index of fairness (Jain, Chiu and Hawe, 1984): one when all got as much, one by their number when one got everything.</summary>
internal static class Fairness
{
    /// <param name="shares">What each got, measured by what it was due.</param>
    /// <returns>The index; null when nobody got anything.</returns>
    public static double? Jain(IReadOnlyCollection<double> shares)
    {
        var squares = shares.Sum(static share => share * share);
        return squares == 0 ? null : shares.Sum() * shares.Sum() / (shares.Count * squares);
    }
}
