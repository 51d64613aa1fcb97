#pragma warning disable // These types exist to be written down.
namespace ApiFixture
{
    public abstract class Everything<T> : System.IDisposable
        where T : class, new()
    {
        public const string Word = "word";
        public static readonly int[] Numbers = [];
        protected int _heirs;
        private int _mine;

        protected Everything(System.Uri? uri = null)
        {
        }

        public required string Name { get; init; }

        public virtual System.TimeSpan? Wait { get; protected set; }

        internal int Hidden { get; set; }

        public int this[string key] => 0;

        public event System.Action<T>? Happened;

        public abstract System.Collections.Generic.List<T?> Take<K>(ref int a, out long b, in K c, params string[] rest)
            where K : struct;

        public void Defaults(System.StringComparison how = System.StringComparison.Ordinal, double d = 0.5, bool b = true, System.Threading.CancellationToken token = default, int? n = null)
        {
        }

        public override string ToString() => "";

        public static int operator +(Everything<T> a, int b) => b;

        void System.IDisposable.Dispose()
        {
        }

        private protected void Neither()
        {
        }

        public class Inner<U>;

        protected internal class ForHeirs;

        private protected class ForNobody;
    }

    public enum Choice : byte
    {
        Second = 2,
        First = 1,
    }

    public delegate int Callback<in T>(T value, int times = 3);

    public readonly record struct Pair(int Left, string Right);

    public sealed record Fact(int Value);

    public static class Extensions
    {
        public static Everything<object>.Inner<int>? Find(this string text, int[,] grid) => null;
    }
}

namespace ApiFixture
{
    internal static class Written
    {
        public const string Members = """
            abstract class ApiFixture.Everything<T> : IDisposable where T : class, new()
              static readonly int[] Numbers
              const string Word = "word"
              protected int _heirs
              protected ctor(Uri uri = null)
              int this[string key] { get; }
              required string Name { get; init; }
              virtual TimeSpan? Wait { get; protected set; }
              event Action<T> Happened
              void Defaults(StringComparison how = StringComparison.Ordinal, double d = 0.5, bool b = true, CancellationToken token = default, int? n = null)
              abstract List<T> Take<K>(ref int a, out long b, in K c, params string[] rest) where K : struct
              override string ToString()
              static int op_Addition(ApiFixture.Everything<T> a, int b)

            class ApiFixture.Everything<T>.ForHeirs where T : class, new()
              ctor()

            class ApiFixture.Everything<T>.Inner<U> where T : class, new()
              ctor()

            """;

        public const string Kinds = """
            delegate int ApiFixture.Callback<T>(T value, int times = 3)

            enum ApiFixture.Choice : byte
              First = 1
              Second = 2

            static class ApiFixture.Extensions
              static ApiFixture.Everything<object>.Inner<int> Find(this string text, int[,] grid)

            sealed record class ApiFixture.Fact : IEquatable<ApiFixture.Fact>
              ctor(int Value)
              int Value { get; init; }
              void Deconstruct(out int Value)

            readonly record struct ApiFixture.Pair : IEquatable<ApiFixture.Pair>
              ctor(int Left, string Right)
              int Left { get; init; }
              string Right { get; init; }
              void Deconstruct(out int Left, out string Right)

            """;
    }
}
