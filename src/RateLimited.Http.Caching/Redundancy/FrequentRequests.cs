using System.Globalization;

namespace RateLimited.Http.Caching.Redundancy;

/// <summary>
/// The requests that come most often, in memory that does not grow: Space-Saving (Metwally, Agrawal, El Abbadi, ICDT 2005). A newcomer takes the place of the rarest and its count, of which is remembered how much is not its own. Pure.
/// </summary>
internal sealed class FrequentRequests(int capacity)
{
    private readonly Dictionary<UInt128, int> _places = [];
    private readonly List<Place> _all = [];

    public int Count => _all.Count;

    public void See(UInt128 fingerprint, string label)
    {
        if (_places.TryGetValue(fingerprint, out var at))
        {
            _all[at] = _all[at] with { Requests = _all[at].Requests + 1 };
            return;
        }

        if (_all.Count < capacity)
        {
            _places.Add(fingerprint, _all.Count);
            _all.Add(new Place(fingerprint, label, Requests: 1, NotItsOwn: 0));
            return;
        }

        var rarest = 0;
        for (var i = 1; i < _all.Count; i++)
        {
            rarest = _all[i].Requests < _all[rarest].Requests ? i : rarest;
        }

        _places.Remove(_all[rarest].Fingerprint);
        _places.Add(fingerprint, rarest);
        _all[rarest] = new Place(fingerprint, label, _all[rarest].Requests + 1, _all[rarest].Requests);
    }

    /// <summary>Those that certainly came more than once, the most frequent first.</summary>
    public IReadOnlyList<RepeatedRequest> Top(int most) =>
        [.. (from place in _all
             let certain = place.Requests - place.NotItsOwn
             where certain > 1
             orderby certain descending, place.Fingerprint
             select new RepeatedRequest(place.Label, ((uint)(place.Fingerprint >> 96)).ToString("x8", CultureInfo.InvariantCulture), certain)).Take(most)];

    private readonly record struct Place(UInt128 Fingerprint, string Label, long Requests, long NotItsOwn);
}
