using System;
using System.Collections.Generic;
using System.Collections.Immutable;
using System.Linq;
using Deit.Compiler.Training;

namespace Deit.Compiler.Passes;

/// <summary>
/// Mixed precision (Micikevicius et al., arXiv 1710.03740) with bfloat16, whose range needs no scaled loss (Kalamkar et al., arXiv
/// 1905.12322): matrix products are taken of bfloat16 copies, those of weights made once a step, and their results are cast back.
/// Weights, norms, softmax, biases, the residual and all gradients of parameters stay as they are.
/// </summary>
internal static class MixedPrecision
{
    /// <summary>The kernels that multiply matrices: which operands they multiply, and which results they give.</summary>
    private static readonly Dictionary<string, (string[] Reads, string[] Writes)> Products = new()
    {
        ["Linear"] = (["x", "weight"], ["y"]),
        ["LinearInputGradient"] = (["dy", "weight"], ["dx"]),
        ["LinearWeightGradient"] = (["dy", "x"], ["dWeight"]),
        ["Convolution"] = (["x", "weight"], ["y"]),
        ["ConvolutionBackward"] = (["dy", "x", "weight"], ["dx", "dWeight"]),
        ["ConvolutionWeightGradient"] = (["dy", "x", "weight"], ["dWeight"]),
        ["Attention"] = (["qkv"], ["y", Probabilities]),
        ["AttentionBackward"] = (["qkv", Probabilities, "dy"], ["dQkv"]),
        ["FlashAttention"] = (["qkv"], ["y"]),
        ["FlashAttentionBackward"] = (["qkv", "dy"], ["dQkv"]),
        ["AttentionByHead"] = (["q", "k", "v"], ["y", Probabilities]),
        ["AttentionByHeadBackward"] = (["q", "k", "v", Probabilities, "dy"], ["dq", "dk", "dv"]),
        ["LeadingAttention"] = (["q", "kv"], ["y", Probabilities]),
        ["LeadingAttentionBackward"] = (["q", "kv", Probabilities, "dy"], ["dq", "dkv"]),
    };

    // What attention keeps for itself alone is never cast back.
    private const string Probabilities = "probabilities";
    private const string Bias = "bias";

    /// <summary>Whether an instruction multiplies bfloat16 matrices.</summary>
    public static bool IsHalf(Instruction instruction) =>
        Products.TryGetValue(instruction.Kernel, out (string[] Reads, string[] Writes) product) && instruction[product.Reads[0]] is { IsHalf: true };

    /// <summary>Applies the pass.</summary>
    public static Procedure Apply(Procedure procedure)
    {
        var casts = new Casts();
        ImmutableArray<Instruction> forward = casts.Rewrite(procedure.Forward);
        ImmutableArray<Instruction> backward = casts.Rewrite(procedure.Backward);
        return WithoutUnread(procedure with { Forward = forward, Backward = backward });
    }

    private static bool IsProduct(Instruction instruction) => Products.ContainsKey(instruction.Kernel) && !IsDepthwise(instruction);

    /// <summary>A depthwise convolution multiplies no matrices: two operations an element that it reads are bound by memory.</summary>
    private static bool IsDepthwise(Instruction instruction) =>
        instruction.Has("geometry") && instruction.Operand("geometry").Text.EndsWith($"Groups: {Emit.Names.Number(instruction["x"]!.Shape.Columns)})", StringComparison.Ordinal);

    /// <summary>A result that the next product takes as it came is not cast back, unless something else needs it.</summary>
    private static Procedure WithoutUnread(Procedure procedure)
    {
        HashSet<Slot> needed = [.. procedure.Outputs, .. procedure.InputGradients.OfType<Slot>(), .. procedure.Instructions.SelectMany(static instruction => instruction.Reads)];
        return procedure with { Forward = Needed(procedure.Forward), Backward = Needed(procedure.Backward) };

        ImmutableArray<Instruction> Needed(ImmutableArray<Instruction> pass) =>
            [.. pass.Where(instruction => instruction.Kernel != "Cast" || instruction.Writes.Any(slot => slot.Kind == SlotKind.ParameterGradient || needed.Contains(slot)))];
    }

    /// <summary>The bfloat16 copies of a procedure's matrices, each made where it is first needed.</summary>
    private sealed class Casts
    {
        private readonly Dictionary<Slot, Slot> _halves = [];
        private readonly List<Instruction> _pass = [];

        public ImmutableArray<Instruction> Rewrite(ImmutableArray<Instruction> pass)
        {
            _pass.Clear();
            foreach (Instruction instruction in pass)
            {
                if (IsProduct(instruction)) Multiply(instruction);
                else _pass.Add(instruction);
            }

            return [.. _pass];
        }

        private void Multiply(Instruction instruction)
        {
            (string[] reads, string[] writes) = Products[instruction.Kernel];
            Slot? bias = instruction[Bias];
            Operand[] operands = [.. instruction.Operands.Where(static operand => operand.Name != Bias).Select(operand =>
                reads.Contains(operand.Name) ? operand with { Slot = Copy(operand.Slot!, instruction.Layer) }
                : writes.Contains(operand.Name) ? operand with { Slot = Half(operand.Slot!), MayReplace = "" }
                : operand)];
            _pass.Add(instruction with { Operands = [.. operands] });
            foreach (Operand result in instruction.Operands.Where(operand => writes.Contains(operand.Name)))
            {
                Slot half = operands.Single(operand => operand.Name == result.Name).Slot!;
                if (bias is null) _halves[result.Slot!] = half;
                if (result.Name == Probabilities) continue;
                var cast = new Instruction("Cast", [Instruction.Read("x", half), Instruction.Write("y", result.Slot!)], instruction.Layer);
                _pass.Add(bias is null ? cast : cast.With(Instruction.Read("shift", bias)));
            }
        }

        private Slot Copy(Slot slot, string layer)
        {
            if (_halves.TryGetValue(slot, out Slot? known)) return known;
            Slot half = Half(slot);
            _halves.Add(slot, half);
            _pass.Add(new("Cast", [Instruction.Read("x", slot), Instruction.Write("y", half)], layer));
            return half;
        }

        private static Slot Half(Slot slot) => new(slot.Name + "Half", SlotKind.Intermediate, slot.Shape) { IsHalf = true, ByHead = slot.ByHead, KeptBy = slot.KeptBy };
    }
}
