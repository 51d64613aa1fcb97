#pragma warning disable // Every type here exists to be wrong in one way.
namespace ArrowFixture
{
    public sealed class Word;

    public sealed class KnowingWord
    {
        public Upper.Base Known = new();
    }
}

namespace ArrowFixture.Upper
{
    public class Base
    {
        public const int Constant = 1;
        public static int Field;

        public static void Call()
        {
        }

        public static T Make<T>() => default!;

        public class Nested;
    }

    public interface IContract
    {
        void Do();
    }

    public class Error : System.Exception;

    public sealed class MarkAttribute : System.Attribute;

    public static class Extensions
    {
        public static void Extend(this object value)
        {
        }
    }
}

namespace ArrowFixture.Lower
{
    using ArrowFixture.Upper;

    public class ByBase : Base;

    public class ByInterface : IContract
    {
        void IContract.Do()
        {
        }
    }

    public class ByField
    {
        private Base? _field;
    }

    public class ByProperty
    {
        public Base? Property { get; set; }
    }

    public class ByEvent
    {
        public event System.Action<Base>? Happened;
    }

    public class ByParameter
    {
        public void Take(Base[] values)
        {
        }
    }

    public class ByReturn
    {
        public System.Collections.Generic.List<Base> Return() => null!;
    }

    public class ByLocal
    {
        public object Local() => Base.Make<object>();
    }

    public class ByCall
    {
        public void Call() => Base.Call();
    }

    public class ByStaticField
    {
        public int Read() => Base.Field;
    }

    public class ByTypeArgument
    {
        public object Make() => System.Array.Empty<Base>();
    }

    public class ByConstraint<T>
        where T : Base;

    public class ByMethodConstraint
    {
        public void Take<T>()
            where T : IContract
        {
        }
    }

    [Mark]
    public class ByAttribute;

    public class ByParameterAttribute
    {
        public void Take([Mark] int value)
        {
        }
    }

    public class ByCatch
    {
        public void Try()
        {
            try
            {
                System.GC.KeepAlive(this);
            }
            catch (Error)
            {
            }
        }
    }

    public class ByTypeOf
    {
        public System.Type Type() => typeof(Base);
    }

    public class ByPattern
    {
        public bool Is(object value) => value is Base;
    }

    public class ByLambda
    {
        public System.Action Make(int x) => () => System.GC.KeepAlive(new Base[x]);
    }

    public class ByAsync
    {
        public async System.Threading.Tasks.Task RunAsync()
        {
            await System.Threading.Tasks.Task.Yield();
            Base.Call();
        }
    }

    public class ByIterator
    {
        public System.Collections.Generic.IEnumerable<int> Iterate()
        {
            yield return Base.Field;
        }
    }

    public class ByExtension
    {
        public void Call() => this.Extend();
    }

    public class ByNestedType
    {
        private class Inner : Base.Nested;
    }

    public class ByMethodGroup
    {
        public System.Action Group() => Base.Call;
    }

    public class BySwitch
    {
        public int Choose(int x)
        {
            switch (x)
            {
                case 0: return 5;
                case 1: return 7;
                case 2: return 9;
                case 3: return Base.Field;
                default: return 1;
            }
        }
    }

    public class Innocent
    {
        public Word Word { get; } = new();
    }
}

namespace ArrowFixture.Elsewhere
{
    public class Lodger
    {
        public Word? Word { get; set; }
    }
}
