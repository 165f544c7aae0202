using Deit.Compiler.Training;

namespace Deit.Compiler.Passes.Fusion;

/// <summary>A gradient that is made only to be copied into the flat storage is written there at once.</summary>
internal static class WrittenInPlace
{
    /// <summary>Applies the rule wherever it fits.</summary>
    public static void Apply(Rewriter rewriter)
    {
        foreach (Instruction copy in rewriter.Calls("Copy"))
        {
            Slot source = copy["x"]!;
            if (copy["y"]!.Kind != SlotKind.ParameterGradient || rewriter.OnlyReader(source) is null || rewriter.Producer(source) is not { } producer) continue;

            rewriter.Remove(copy);
            rewriter.Replace(producer, producer.Writing(source, copy["y"]!));
        }
    }
}
