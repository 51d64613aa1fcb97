using RateLimited.Http.AI.Tokens;

namespace RateLimited.Http.AI.Money;

/// <summary>What one service has spent, by model, tenant and key, since the program began. Bounded, whoever makes up names. Thread-safe.</summary>
internal sealed class Ledger
{
    private const int MostModels = 256;
    private const int MostNames = 10_000;
    private const string Others = "";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, ModelTotals> _models = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, decimal> _tenants = new(StringComparer.Ordinal);
    private readonly Dictionary<string, decimal> _keys = new(StringComparer.Ordinal);
    private readonly Period _day;
    private readonly Period _month;
    private decimal _total;
    private decimal _uncharged;
    private long _unpriced;

    public Ledger(DateTimeOffset now) => (_day, _month) = (Period.Day(now), Period.Month(now));

    /// <summary>
    /// Adds what a request cost. Returns it as limits are to be charged for it, in whole millionths: what is finer is carried to the next ones, so that a million tiny requests are charged
    /// what they cost together and not a millionth each.
    /// </summary>
    public UnitCost Add(in SpendEntry entry, DateTimeOffset now)
    {
        lock (_lock)
        {
            var model = ModelOf(entry.Model);
            model.Requests++;
            model.Input += entry.Usage.Input ?? 0;
            model.Cached += entry.Usage.CacheRead;
            model.Output += entry.Usage.Output ?? 0;
            model.IsPriced |= entry.Price is not null;
            model.Usd += entry.Usd;
            _unpriced += entry.Price is null ? 1 : 0;
            _total += entry.Usd;
            _day.Add(now, entry.Usd);
            _month.Add(now, entry.Usd);
            Add(_tenants, entry.Tenant ?? Others, entry.Usd);
            if (entry.Key is not null)
            {
                Add(_keys, entry.Key, entry.Usd);
            }

            _uncharged += entry.Usd;
            var charged = decimal.Truncate(_uncharged * UnitCost.Finest) / UnitCost.Finest;
            _uncharged -= charged;
            return UnitCost.Of(AIUnits.Usd, charged);
        }
    }

    public Spend Status(string service, DateTimeOffset now, Calibrations calibrations, double margin, IReadOnlyList<BudgetStatus> budgets)
    {
        var learned = calibrations.All.ToDictionary(static model => model.Key, model => model.Value.Status(margin), StringComparer.OrdinalIgnoreCase);
        lock (_lock)
        {
            var (day, month) = (_day.At(now), _month.At(now));
            return new Spend
            {
                Service = service,
                PricesOf = PriceTable.Known.Date,
                Total = _total,
                Today = day.Spent,
                TodayProjected = day.Projected,
                ThisMonth = month.Spent,
                ThisMonthProjected = month.Projected,
                UnpricedRequests = _unpriced,
                Models = [.. _models.OrderByDescending(static model => model.Value.Usd).Select(model => model.Value.Status(model.Key, learned.GetValueOrDefault(model.Key)))],
                Tenants = [.. Named(_tenants)],
                Keys = [.. Named(_keys)],
                Budgets = budgets,
            };
        }
    }

    private static IEnumerable<NamedSpend> Named(Dictionary<string, decimal> spent) =>
        spent.OrderByDescending(static each => each.Value).Select(static each => new NamedSpend(each.Key, each.Value));

    private static void Add(Dictionary<string, decimal> spent, string name, decimal usd)
    {
        var known = spent.ContainsKey(name) || spent.Count < MostNames ? name : Others;
        spent[known] = spent.GetValueOrDefault(known) + usd;
    }

    private ModelTotals ModelOf(string model)
    {
        var name = _models.ContainsKey(model) || _models.Count < MostModels ? model : Others;
        if (!_models.TryGetValue(name, out var totals))
        {
            _models[name] = totals = new ModelTotals();
        }

        return totals;
    }

    private sealed class ModelTotals
    {
        public long Requests;
        public long Input;
        public long Cached;
        public long Output;
        public decimal Usd;
        public bool IsPriced;

        public ModelSpend Status(string model, (int Seen, double Error, double Margin) learned) => new()
        {
            Model = model,
            Requests = Requests,
            InputTokens = Input,
            CachedTokens = Cached,
            OutputTokens = Output,
            Usd = IsPriced ? Usd : null,
            Learned = learned.Seen,
            EstimateError = learned.Error,
            Margin = learned.Margin == 0 ? 1 : learned.Margin,
        };
    }
}
