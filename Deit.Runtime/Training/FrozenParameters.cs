using Deit.Compiler.Diagnostics;
using Deit.Interchange;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Deit.Training;

/// <summary>Parameters that ask for no gradient until this is disposed.</summary>
internal sealed class FrozenParameters : IDisposable
{
    private readonly Parameter[] _frozen;

    /// <summary>Freezes what the options name; what was frozen before stays so.</summary>
    /// <exception cref="DeitException">A name fits nothing, or nothing is left to train.</exception>
    public FrozenParameters(IVisionModel model, FreezeOptions options)
    {
        (string Name, Parameter Parameter)[] trained = [.. model.Module.named_parameters().Where(static entry => entry.parameter.requires_grad)];
        string[] names = [.. trained.Select(static entry => entry.Name)];
        foreach (string prefix in options.Prefixes)
        {
            if (names.Any(name => IsIn(name, prefix))) continue;
            IEnumerable<string> known = names.SelectMany(Prefixes).Distinct();
            throw new DeitException($"{model.Description.Name} has no parameters '{prefix}' to freeze. {Suggestions.Sentence(prefix, known)}");
        }

        if (options.AttentionOnly && !names.Any(IsAttention))
        {
            throw new DeitException($"{model.Description.Name} has no attention to train alone: leave attention_only out.");
        }

        string[] heads = [.. ModelHeads.Of(model.Description)];
        bool Freezes(string name) =>
            options.Prefixes.Any(prefix => IsIn(name, prefix))
            || (options.AttentionOnly && !IsAttention(name) && name != "pos_embed" && !heads.Any(head => IsIn(name, head)));
        _frozen = [.. trained.Where(entry => Freezes(entry.Name)).Select(static entry => entry.Parameter)];
        if (_frozen.Length == trained.Length)
        {
            throw new DeitException($"All of {model.Description.Name} is frozen: leave something to train.");
        }

        Ask(false);
    }

    /// <summary>Lets all of them be trained again.</summary>
    public void Dispose() => Ask(true);

    private static bool IsAttention(string name) => name.Contains(".attn.", StringComparison.Ordinal);

    private static bool IsIn(string name, string prefix) =>
        name.StartsWith(prefix, StringComparison.Ordinal) && (name.Length == prefix.Length || name[prefix.Length] == '.');

    /// <summary>What a name can be frozen by: itself, and every module that it is in.</summary>
    private static IEnumerable<string> Prefixes(string name)
    {
        for (int dot = name.IndexOf('.', StringComparison.Ordinal); dot >= 0; dot = name.IndexOf('.', dot + 1)) yield return name[..dot];
        yield return name;
    }

    private void Ask(bool gradient)
    {
        foreach (Parameter parameter in _frozen) parameter.requires_grad = gradient;
    }
}
