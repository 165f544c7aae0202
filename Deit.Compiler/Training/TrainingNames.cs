using System;
using System.Linq;
using Deit.Compiler.Specs;

namespace Deit.Compiler.Training;

/// <summary>What matrices are called in generated training code.</summary>
internal static class TrainingNames
{
    /// <summary>The variable of a layer's matrix: <c>attn.qkv</c> and <c>weight</c> become <c>attnQkvWeight</c>; its output, <c>y</c>, has the layer's name.</summary>
    public static string Variable(string layer, string name)
    {
        if (name is "y" && layer.Length > 0) name = "";
        string[] words = [.. layer.Split(['.'], StringSplitOptions.RemoveEmptyEntries), name];
        string joined = string.Concat(words.Where(static word => word.Length > 0).Select(Spelling.ToPascalCase));
        return char.ToLowerInvariant(joined[0]) + joined.Substring(1);
    }

    /// <summary>The gradient with respect to a variable: <c>dNorm1</c> of <c>norm1</c>.</summary>
    public static string Gradient(string variable) => "d" + char.ToUpperInvariant(variable[0]) + variable.Substring(1);
}
