using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;

namespace Deit.Compiler.Training;

/// <summary>What an instruction does with an operand.</summary>
internal enum Access
{
    /// <summary>Reads it.</summary>
    Read,

    /// <summary>Writes all of it.</summary>
    Write,

    /// <summary>A value that is written into the code as it is.</summary>
    Literal,
}

/// <summary>One argument of a kernel.</summary>
/// <param name="Name">The kernel's name for it.</param>
/// <param name="Access">What the kernel does with it.</param>
/// <param name="Slot">The matrix; null for literals.</param>
/// <param name="Text">The literal; empty for matrices.</param>
internal sealed record Operand(string Name, Access Access, Slot? Slot, string Text = "")
{
    /// <summary>The name of the operand whose place this one, which is written, may take where nobody reads that one again; empty for none.</summary>
    public string MayReplace { get; init; } = "";

    /// <summary>Whether it is one that the kernel can do without: it is passed by its name.</summary>
    public bool IsOptional { get; init; }
}

/// <summary>A call of a kernel of the runtime: one line of generated training code.</summary>
/// <param name="Kernel">The method's name.</param>
/// <param name="Operands">Its arguments in order.</param>
/// <param name="Layer">The layer that it belongs to, as a state_dict names it, relative to its unit.</param>
internal record Instruction(string Kernel, ImmutableArray<Operand> Operands, string Layer)
{
    /// <summary>The branches of stochastic depth that must all be kept for it to run; where one is not, gradients of parameters that it writes are zero.</summary>
    public ImmutableArray<Slot> RunsWith { get; init; } = [];

    /// <summary>The matrices it reads.</summary>
    public IEnumerable<Slot> Reads => Operands.Where(static operand => operand.Access == Access.Read).Select(static operand => operand.Slot!);

    /// <summary>The matrices it writes.</summary>
    public IEnumerable<Slot> Writes => Operands.Where(static operand => operand.Access == Access.Write).Select(static operand => operand.Slot!);

    /// <summary>The matrix of that name, or null where the instruction has no such operand.</summary>
    public Slot? this[string name] => Operands.FirstOrDefault(operand => operand.Name == name)?.Slot;

    /// <summary>The same instruction that reads <paramref name="replacement"/> wherever it read <paramref name="slot"/>.</summary>
    public Instruction Reading(Slot slot, Slot replacement) => this with
    {
        Operands = [.. Operands.Select(operand => operand.Access == Access.Read && operand.Slot == slot ? operand with { Slot = replacement } : operand)],
    };

    /// <summary>The same instruction that writes <paramref name="replacement"/> where it wrote <paramref name="slot"/>.</summary>
    public Instruction Writing(Slot slot, Slot replacement, string? mayReplace = null) => this with
    {
        Operands = [.. Operands.Select(operand => operand.Access == Access.Write && operand.Slot == slot
            ? operand with { Slot = replacement, MayReplace = mayReplace ?? operand.MayReplace }
            : operand)],
    };

    /// <summary>The operand of that name.</summary>
    public Operand Operand(string name) => Operands.Single(operand => operand.Name == name);

    /// <summary>Whether there is an operand of that name.</summary>
    public bool Has(string name) => Operands.Any(operand => operand.Name == name);

    /// <summary>The same instruction with further operands.</summary>
    public Instruction With(params Operand[] operands) => this with { Operands = [.. Operands, .. operands.Select(static operand => operand with { IsOptional = true })] };

    /// <summary>The same instruction without some of its operands.</summary>
    public Instruction Without(params string[] names) => this with { Operands = [.. Operands.Where(operand => !names.Contains(operand.Name))] };

    /// <summary>An operand that is read.</summary>
    public static Operand Read(string name, Slot slot) => new(name, Access.Read, slot);

    /// <summary>An operand that is written; it may take the place of <paramref name="mayReplace"/>.</summary>
    public static Operand Write(string name, Slot slot, string mayReplace = "") => new(name, Access.Write, slot) { MayReplace = mayReplace };

    /// <summary>A literal.</summary>
    public static Operand Literal(string name, string text) => new(name, Access.Literal, null, text);
}
